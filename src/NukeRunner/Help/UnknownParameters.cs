using Nuke.Common.Execution;
using NukeRunner.Parameters;
using NukeRunner.Runs;

namespace NukeRunner.Help;

/// <summary>A mistyped <c>--skip-frontend</c> must not deploy the frontend: names that nobody knows are refused.</summary>
internal static class UnknownParameters
{
    public static void Refuse(CommandLine line, IReadOnlyList<ParameterMember> parameters)
    {
        var shown = parameters.Select(x => x.Dashed).Concat(Options.Known.Select(x => x.Name)).ToArray();
        var unknown = line.Names.Where(x => !shown.Concat(Options.Hidden).Any(y => CommandLine.Same(x, y))).Distinct().ToArray();
        if (unknown.Length > 0)
            throw new RefusedException(string.Join('\n', unknown.Select(x => Say(x, shown)).Append(HelpText.Hint)));
    }

    static string Say(string token, string[] names)
    {
        var near = Nearest.Find(token.Split('=')[0].Trim('-'), names).Select(x => "--" + x).ToArray();
        return $"Parameter '{token}' does not exist." + (near.Length > 0 ? $" Did you mean {string.Join(" or ", near)}?" : "");
    }
}

/// <summary>So must a mistyped name behind <c>--skip</c>.</summary>
internal static class UnknownTargets
{
    public static void Refuse(IReadOnlyList<string>? names, IReadOnlyList<ExecutableTarget> targets)
    {
        var unknown = (names ?? []).Where(x => !targets.Any(y => CommandLine.Same(x, y.Name))).ToArray();
        if (unknown.Length > 0)
            throw new RefusedException(string.Join('\n', unknown.Select(
                x => $"--skip: target with name '{x}' does not exist. {Nearest.Hint(x, targets.Select(y => y.Name))}".TrimEnd())
                .Append(HelpText.Hint)));
    }
}
