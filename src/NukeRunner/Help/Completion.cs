using Nuke.Common;
using Nuke.Common.Execution;
using NukeRunner.Parameters;
using NukeRunner.Runs;

namespace NukeRunner.Help;

/// <summary>Completes targets, parameters and their values in a shell.</summary>
internal static class Completion
{
    /// <summary>The words that fit behind <c>--complete word ...</c>, where the last one is being typed.</summary>
    public static IEnumerable<string> Candidates(
        CommandLine line, IReadOnlyList<ExecutableTarget> targets, IReadOnlyList<ParameterMember> parameters, NukeBuild build)
    {
        // A leading backslash keeps '--region' from being read as a name of this call.
        var words = (line.Values("complete") ?? []).Select(x => x.TrimStart('\\')).ToArray();
        var current = words.LastOrDefault("");
        var name = words.SkipLast(1).LastOrDefault(x => x.StartsWith('-'));
        var all = current.StartsWith('-') ? Names(parameters) : Values(name, targets, parameters, build);
        return all.Where(x => x.StartsWith(current, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);
    }

    /// <summary>The script that a shell loads.</summary>
    public static IEnumerable<string> Script(string shell) => shell.ToLowerInvariant() switch
    {
        "bash" =>
        [
            "_nuke_runner() {",
            "  local words=(\"${COMP_WORDS[@]:1:COMP_CWORD}\")",
            "  mapfile -t COMPREPLY < <(\"${COMP_WORDS[0]}\" --no-logo --complete \"${words[@]/#/\\\\}\" 2>/dev/null)",
            "}",
            "complete -F _nuke_runner ./build.sh build.sh",
        ],
        "zsh" => ["autoload -U +X bashcompinit && bashcompinit", .. Script("bash")],
        "fish" => ["complete -c build.sh -f -a '(./build.sh --no-logo --complete \\\\(commandline -ct))'"],
        _ => throw new RefusedException($"There is no completion for '{shell}': bash, zsh and fish are possible"),
    };

    static IEnumerable<string> Names(IReadOnlyList<ParameterMember> parameters)
        => parameters.Select(x => "--" + x.Dashed).Concat(Options.Known.Select(x => "--" + x.Name));

    static IEnumerable<string> Values(
        string? name, IReadOnlyList<ExecutableTarget> targets, IReadOnlyList<ParameterMember> parameters, NukeBuild build)
    {
        if (name is null || CommandLine.Same(name, "target") || CommandLine.Same(name, "skip"))
            return targets.Where(x => x.Listed).Select(x => x.Name);
        if (CommandLine.Same(name, "verbosity"))
            return Enum.GetNames<Verbosity>();
        return parameters.FirstOrDefault(x => CommandLine.Same(name, x.Name))?.ValueSet(build) ?? [];
    }
}
