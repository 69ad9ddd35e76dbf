using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Images.Dockerfiles;

/// <summary>A Dockerfile as text and as instructions with their lines. Knows comments, continued lines, here-documents and the escape directive.</summary>
public sealed partial class Dockerfile
{
    readonly string text;

    Dockerfile(string text, ImmutableArray<DockerInstruction> instructions) => (this.text, Instructions) = (text, instructions);

    /// <summary>All instructions in order; an engine counts its steps by them.</summary>
    public ImmutableArray<DockerInstruction> Instructions { get; }

    /// <summary>Reads the text.</summary>
    public static Dockerfile Parse(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
        var instructions = ImmutableArray.CreateBuilder<DockerInstruction>();
        var escape = EscapeOf(lines);
        for (var at = 0; at < lines.Length; at++)
            if (Begins(lines[at]) && Read(lines, ref at, escape) is { } instruction)
                instructions.Add(instruction);
        return new Dockerfile(text, instructions.ToImmutable());
    }

    /// <summary>Reads the Dockerfile of an image.</summary>
    /// <exception cref="DockerfileMissingException">There is none.</exception>
    public static async Task<Dockerfile> ReadAsync(ImageSpec image, CancellationToken cancellation)
    {
        var path = Path.Combine(image.Context, image.Dockerfile);
        return File.Exists(path) ? Parse(await File.ReadAllTextAsync(path, cancellation)) : throw new DockerfileMissingException(image);
    }

    /// <summary>The instruction of an engine's step, counted from 1; null where there is none, such as for labels that it adds.</summary>
    public DockerInstruction? StepOf(int number) => number >= 1 && number <= Instructions.Length ? Instructions[number - 1] : null;

    /// <summary>
    /// The images that it takes from elsewhere, with build arguments filled in. Left out are <c>scratch</c>, its own stages, and names
    /// that hold a variable which only BuildKit knows (<c>TARGETARCH</c>).
    /// </summary>
    public ImmutableArray<BaseReference> BasesWith(IReadOnlyDictionary<string, string> arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var stages = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "scratch" };
        var bases = ImmutableArray.CreateBuilder<BaseReference>();
        foreach (var instruction in Instructions)
        {
            if (instruction.Keyword == "ARG" && bases.Count == 0 && stages.Count == 1)
                DockerVariables.Declare(instruction.Arguments, arguments, values);
            foreach (var token in TokensOf(instruction))
                if (!DockerVariables.IsOfBuildKit(token) && (instruction.Keyword == "FROM" ? DockerVariables.Expand(token, values) : token) is var name
                    && !stages.Contains(name) && !(instruction.Keyword != "FROM" && int.TryParse(name, out _)))
                    bases.Add(new BaseReference(instruction.Line, token, name));
            if (instruction.Keyword == "FROM")
                stages.Add(StageName().Match(instruction.Arguments) is { Success: true } named ? named.Groups["name"].Value : $"stage {stages.Count}");
        }

        return bases.ToImmutable();
    }

    /// <summary>The text with other names in place of tokens, each on the line where it stands, so that lines keep their numbers.</summary>
    /// <param name="names">The new name for each base; one that has none stays.</param>
    /// <param name="bases">What <see cref="BasesWith"/> gave.</param>
    public string WithNames(IEnumerable<BaseReference> bases, IReadOnlyDictionary<string, string> names)
    {
        var lines = text.Split('\n');
        foreach (var found in bases.Where(found => names.ContainsKey(found.Name)))
            Replace(lines, Instructions.First(instruction => instruction.Line == found.Line), found.Token, names[found.Name]);
        return string.Join('\n', lines);
    }

    static void Replace(string[] lines, DockerInstruction instruction, string token, string name)
    {
        var form = instruction.Keyword == "FROM" ? $@"(?<=\s|^){Regex.Escape(token)}(?=\s|$)" : $@"(?<=from=){Regex.Escape(token)}(?=[\s,]|$)";
        for (var at = instruction.Line - 1; at < instruction.LastLine; at++)
        {
            var changed = Regex.Replace(lines[at], form, _ => name, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            if (changed == lines[at])
                continue;
            lines[at] = changed;
            return;
        }
    }

    static IEnumerable<string> TokensOf(DockerInstruction instruction) => instruction.Keyword switch
    {
        "FROM" when From().Match(instruction.Arguments) is { Success: true } from => [from.Groups["image"].Value],
        "COPY" or "ADD" => CopyFrom().Matches(instruction.Arguments).Select(match => match.Groups["image"].Value),
        "RUN" => MountFrom().Matches(instruction.Arguments).Select(match => match.Groups["image"].Value),
        _ => [],
    };

    static bool Begins(string line) => line.Trim() is { Length: > 0 } trimmed && trimmed[0] != '#';

    static DockerInstruction? Read(string[] lines, ref int at, char escape)
    {
        var first = at;
        var parts = new List<string>();
        while (true)
        {
            var part = lines[at].Trim();
            var goesOn = part.EndsWith(escape) && at + 1 < lines.Length;
            if (at == first || Begins(lines[at]))
                parts.Add(goesOn ? part[..^1].TrimEnd() : part);
            else
                // Comments and empty lines within an instruction are passed over.
                goesOn = at + 1 < lines.Length;
            if (!goesOn)
                break;
            at++;
        }

        var words = string.Join(' ', parts.Where(part => part.Length > 0)).Split([' ', '\t'], 2, StringSplitOptions.TrimEntries);
        var (keyword, arguments) = (words[0].ToUpperInvariant(), words.Length > 1 ? words[1] : "");
        if (keyword is "RUN" or "COPY" or "ADD")
            foreach (Match document in HereDocument().Matches(arguments))
                SkipTo(lines, ref at, document.Groups["end"].Value, document.Groups["tabs"].Success);
        return new DockerInstruction(first + 1, at + 1, keyword, arguments);
    }

    static void SkipTo(string[] lines, ref int at, string end, bool tabs)
    {
        for (var ahead = at + 1; ahead < lines.Length; ahead++)
        {
            if ((tabs ? lines[ahead].TrimStart('\t') : lines[ahead]) != end)
                continue;
            at = ahead;
            return;
        }
    }

    static char EscapeOf(string[] lines)
    {
        foreach (var line in lines.TakeWhile(line => line.TrimStart().StartsWith('#')))
            if (EscapeDirective().Match(line) is { Success: true } directive)
                return directive.Groups["escape"].Value[0];
        return '\\';
    }

    [GeneratedRegex(@"^\s*#\s*escape\s*=\s*(?<escape>[\\`])\s*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex EscapeDirective();

    [GeneratedRegex(@"^(--\S+\s+)*(?<image>[^\s-]\S*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex From();

    [GeneratedRegex(@"\sAS\s+(?<name>\S+)\s*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex StageName();

    [GeneratedRegex(@"(?<=^|\s)--from=(?<image>\S+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex CopyFrom();

    [GeneratedRegex(@"(?<=^|\s)--mount=(\S+,)?from=(?<image>[^\s,]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MountFrom();

    [GeneratedRegex("""(?<!<)<<(?<tabs>-)?(?<quote>["']?)(?<end>[A-Za-z_][A-Za-z0-9_.]*)\k<quote>""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HereDocument();
}
