using System.Text.RegularExpressions;
using Nuke.Common.Execution;
using NukeRunner.Planning;
using NukeRunner.Runs;
using NukeRunner.Tests;

namespace Maily.Deploy.Components.Tests.Plans;

/// <summary>Maily's own build, asked for plans and targets.</summary>
static partial class MailyBuild
{
    /// <summary>What <c>--plan</c> shows: the targets in order, skipped ones in brackets.</summary>
    public static string Plan(params string[] arguments)
    {
        using var run = new RunningABuild();
        run.Start<Build>(build => ((IPlan)build).Plan, [.. arguments, "--plan", "--no-logo"]).ShouldBe(0, run.Output);
        return string.Join(' ', Line().Matches(run.Output).Select(line =>
            line.Groups["skipped"].Success ? $"[{line.Groups["name"].Value}]" : line.Groups["name"].Value));
    }

    /// <summary>All its targets, connected.</summary>
    public static IReadOnlyDictionary<string, ExecutableTarget> Targets()
    {
        try
        {
            new BuildRun(Invocation.OfThisProcess() with { Arguments = [] }).Enter();
            return TargetFactory.CreateAll(new Build(), []).ToDictionary(target => target.Name);
        }
        finally
        {
            BuildRun.Leave();
        }
    }

    [GeneratedRegex(@"^ +[0-9]+\. (?<name>\w+)(?<skipped> \(skipped)?", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();
}
