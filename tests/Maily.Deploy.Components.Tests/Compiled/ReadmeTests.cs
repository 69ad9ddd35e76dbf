using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Nuke.Common;
using NukeRunner.Planning;
using NukeRunner.Runs;

namespace Maily.Deploy.Components.Tests.Compiled;

/// <summary>What README shows to other teams is true.</summary>
public sealed partial class ReadmeTests
{
    const string Usings =
        """
        global using Maily.Deploy.Components; global using Maily.Deploy.Deployments.Pipelines; global using Maily.Deploy.Secrets;
        global using Nuke.Common; global using Nuke.Common.IO;
        """;

    const string Product =
        """
        static class Product
        {
            public static DeploymentDefinition Define(Variables variables, AbsolutePath root) => new()
            {
                Policy = new EnvironmentPolicy("production"),
                Pipeline = StandardPipeline.Create(),
                Planners = System.Collections.Immutable.ImmutableDictionary<string, Func<IStagePlanner>>.Empty,
            };
        }
        """;

    [Fact]
    public void The_sample_of_an_own_pipeline_compiles_and_has_the_order_of_the_components()
    {
        var build = Load(Sample());
        var plan = PlanOf(build, "Deploy");
        plan.ShouldBe(["Validate", "Prepare", "BuildImages", "ScanImages", "PushImages", "Backup", "Migrate", "DeployK8s", "Compensate", "Notify", "Report", "Deploy"]);
    }

    [Fact]
    public void The_table_of_targets_names_each_listed_target() =>
        Plans.MailyBuild.Targets().Values.Where(target => target.Listed).Select(target => target.Name)
            .Except(Code().Matches(Section("Targets")).Select(match => match.Groups["code"].Value)).ShouldBeEmpty();

    [Fact]
    public void The_table_of_targets_names_no_other() =>
        Section("Targets").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Code().Matches(line.Split('|')[1]).Select(match => match.Groups["code"].Value))
            .Except(Plans.MailyBuild.Targets().Keys).ShouldBeEmpty();

    static string Sample() => Fence().Match(Section("Your own pipeline")).Groups["code"].Value;

    static string Section(string heading)
    {
        var text = File.ReadAllText(Repository.At("README.md"));
        var start = text.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        start.ShouldBeGreaterThan(0, heading);
        var end = text.IndexOf("\n## ", start + 4, StringComparison.Ordinal);
        return text[start..(end < 0 ? text.Length : end)];
    }

    static NukeBuild Load(string source)
    {
        using var assembly = new MemoryStream();
        var emitted = Compiling.Of(Usings, Product, source).Emit(assembly, cancellationToken: TestContext.Current.CancellationToken);
        emitted.Diagnostics.Where(fault => fault.Severity >= DiagnosticSeverity.Warning).ShouldBeEmpty();
        return (NukeBuild)Activator.CreateInstance(Assembly.Load(assembly.ToArray()).GetType("Build")!)!;
    }

    static IEnumerable<string> PlanOf(NukeBuild build, string target)
    {
        try
        {
            new BuildRun(Invocation.OfThisProcess() with { Arguments = [] }).Enter();
            return [.. ExecutionPlanner.Plan(TargetFactory.CreateAll(build, []), [target]).Select(planned => planned.Name)];
        }
        finally
        {
            BuildRun.Leave();
        }
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fence();

    [GeneratedRegex("`(?<code>[A-Za-z0-9]+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();
}
