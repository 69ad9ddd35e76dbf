using Nuke.Common.Execution;
using NukeRunner.Parameters;
using NukeRunner.Runs;

namespace NukeRunner.Help;

/// <summary>What <c>--help</c> shows.</summary>
internal static class HelpText
{
    public const string Hint = "See --help for all targets and parameters.";
    const int Width = 80;

    public static IEnumerable<string> Write(IReadOnlyList<ExecutableTarget> targets, IReadOnlyList<ParameterMember> parameters)
    {
        var listed = targets.Where(x => x.Listed).ToArray();
        var first = targets.Where(x => x.IsDefault).Select(x => x.Name).FirstOrDefault("<none>");
        return
        [
            "Targets (with their direct dependencies):",
            "",
            .. listed.SelectMany(x => Target(x, listed)),
            "",
            "Parameters:",
            "",
            .. Parameters([.. parameters.OrderBy(x => x.Dashed, StringComparer.Ordinal).Select(x => (x.Dashed, Describe(x.Description)))], parameters),
            "",
            .. Parameters([.. Options.Known.Select(x => (x.Name, x.Description.Replace("{default}", first, StringComparison.Ordinal)))], parameters),
        ];
    }

    static IEnumerable<string> Target(ExecutableTarget target, ExecutableTarget[] listed)
    {
        var column = Math.Max(20, listed.Max(x => Label(x).Length));
        var dependencies = string.Join(", ", target.ExecutionDependencies.Select(x => x.Name));
        yield return "  " + Label(target).PadRight(column) + (dependencies.Length > 0 ? " -> " + dependencies : "");
        if (target.Description is { Length: > 0 } description)
            yield return "    " + description;
    }

    static IEnumerable<string> Parameters((string Name, string Description)[] entries, IReadOnlyList<ParameterMember> parameters)
    {
        var column = parameters.Select(x => x.Dashed.Length).Concat(Options.Known.Select(x => x.Name.Length)).Append(16).Max();
        foreach (var (name, description) in entries)
        {
            var label = "  --" + name.PadRight(column) + "   ";
            foreach (var line in Wrapped(description, Math.Max(30, Width - label.Length)))
            {
                yield return label + line;
                label = new string(' ', label.Length);
            }
        }
    }

    static string Label(ExecutableTarget target) => target.IsDefault ? $"{target.Name} (default)" : target.Name;

    static string Describe(string? description)
        => string.IsNullOrEmpty(description) ? "<no description>" : description.TrimEnd('.') + ".";

    static IEnumerable<string> Wrapped(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line += line.Length > 0 ? " " + word : word;
        }

        yield return line;
    }
}
