namespace NukeRunner.Tests.Api;

/// <summary>The record of NUKE's public API: types, their bases, and their members with the number of parameters.</summary>
sealed class NukeApi
{
    readonly HashSet<string> types = [];
    readonly HashSet<string> members = [];
    readonly Dictionary<string, List<string>> bases = [];

    public static NukeApi Read()
    {
        using var stream = typeof(NukeApi).Assembly.GetManifestResourceStream("nuke-10.1-api.txt")!;
        using var reader = new StreamReader(stream);
        var api = new NukeApi();
        var type = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("namespace ", StringComparison.Ordinal))
                type = api.AddType(line["namespace ".Length..]);
            else if (line.StartsWith("  ", StringComparison.Ordinal))
                api.AddMember(type, line.Trim());
        }

        return api;
    }

    public bool Has(string type) => types.Contains(type);

    /// <summary>Whether the type or one of its bases has such a member; members are named without arity.</summary>
    public bool Has(string type, string member, int parameters)
        => members.Contains($"{type}::{member}({parameters})")
            || bases.GetValueOrDefault(type, []).Any(x => types.Where(y => y.EndsWith("." + x, StringComparison.Ordinal)).Any(y => Has(y, member, parameters)));

    // "Nuke.Common: abstract class NukeBuild : INukeBuild", "...: delegate T Configure<T>(T options)"
    string AddType(string line)
    {
        var space = line[..line.IndexOf(':', StringComparison.Ordinal)];
        var rest = line[(space.Length + 1)..].Trim();
        var (head, after) = rest.IndexOf(" : ", StringComparison.Ordinal) is >= 0 and var colon ? (rest[..colon], rest[(colon + 3)..]) : (rest, "");
        var name = Plain(head.Split('(')[0].Trim().Split(' ')[^1]);
        var type = $"{space}.{name}";
        types.Add(type);
        bases.TryAdd(type, []);
        bases[type].AddRange(after.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Plain));
        return type;
    }

    void AddMember(string type, string line)
    {
        if (line.Contains('{', StringComparison.Ordinal))
        {
            var name = line[..line.IndexOf('{', StringComparison.Ordinal)].Trim().Split(' ')[^1];
            members.Add($"{type}::get_{name}(0)");
            members.Add($"{type}::set_{name}(1)");
        }
        else if (line.StartsWith("field ", StringComparison.Ordinal))
        {
            members.Add($"{type}::{line.Split(' ')[^1]}(0)");
        }
        else if (line.IndexOf('(', StringComparison.Ordinal) is >= 0 and var open)
        {
            var name = Plain(line[..open].Split(' ')[^1]);
            members.Add($"{type}::{(name == "ctor" ? ".ctor" : name)}({Parameters(line[(open + 1)..line.LastIndexOf(')')])})");
        }
    }

    static int Parameters(string list)
    {
        var depth = 0;
        var count = list.Trim().Length == 0 ? 0 : 1;
        foreach (var character in list)
        {
            depth += character switch { '<' or '(' => 1, '>' or ')' => -1, _ => 0 };
            count += depth == 0 && character == ',' ? 1 : 0;
        }

        return count;
    }

    static string Plain(string name) => name.Split('<')[0];
}
