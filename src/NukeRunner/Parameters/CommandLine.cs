namespace NukeRunner.Parameters;

/// <summary>The tokens of the command line: targets first, then <c>--name value ...</c>.</summary>
internal sealed class CommandLine
{
    readonly List<(string Token, List<string> Values)> arguments = [];

    public CommandLine(IReadOnlyList<string> tokens)
    {
        var positional = tokens.TakeWhile(x => !IsName(x)).ToArray();
        Positional = positional.Length > 0 ? positional : null;
        foreach (var token in tokens.Skip(positional.Length))
        {
            if (IsName(token))
                arguments.Add((token, []));
            else
                arguments[^1].Values.Add(token);
        }

        // NUKE's own --plan is a switch. With a file it is the parameter PlanFile of a build that has one.
        for (var at = 0; at < arguments.Count; at++)
            if (arguments[at] is var (name, values) && Same(name, "plan") && values is [var file] && !bool.TryParse(file, out _))
                arguments[at] = ("--plan-file", values);
    }

    /// <summary>What stands before the first name, or null.</summary>
    public string[]? Positional { get; }

    public IEnumerable<string> Names => arguments.Select(x => x.Token);

    public bool Has(string name) => arguments.Exists(x => Same(x.Token, name));

    /// <summary>The values behind the name, also where it stands twice; null if it is not there.</summary>
    public string[]? Values(string name)
        => Has(name) ? [.. arguments.Where(x => Same(x.Token, name)).SelectMany(x => x.Values)] : null;

    /// <summary>Names are the same in any case and with dashes anywhere.</summary>
    public static bool Same(string token, string name)
        => ParameterName.Plain(token).Equals(ParameterName.Plain(name), StringComparison.OrdinalIgnoreCase);

    // A negative number is a value.
    static bool IsName(string token) => token.Length > 1 && token[0] == '-' && !char.IsAsciiDigit(token[1]);
}
