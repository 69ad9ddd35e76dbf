using System.Text.RegularExpressions;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>Each command of README's shell blocks works, in the order in which a reader types them.</summary>
public sealed partial class ReadmeCommandTests
{
    // Those that are run otherwise, and where.
    static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["Rehearse"] = "a step of .ci/run",
        ["Drill"] = "hundreds of deployments; a sample of it is a step of .ci/run",
        ["Drill --sample 14 --instants 10"] = "a step of .ci/run",
        ["Setup"] = "a step of .ci/run",
        ["Test"] = "runs these tests; a step of .ci/run",
        ["Test --projects NukeRunner"] = "would run tests within tests",
    };

    static readonly string[] Here = ["Sandbox", "DeployProduction", "Status"];

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_command_is_run_here_or_by_continuous_integration()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(CompiledBuild.Repository, "README.md"), Cancellation);
        var commands = Block().Matches(text).SelectMany(block => Command().Matches(block.Value)).Select(match => match.Groups["arguments"].Value.Trim()).Distinct().ToList();
        commands.ShouldContain("DeployProduction");
        commands.Except(Here).Except(Elsewhere.Keys).ShouldBeEmpty("run it below, or say where it is run");
    }

    [Fact]
    public async Task A_kept_sandbox_takes_a_deployment_and_is_gone_after_an_interrupt()
    {
        Sandbox.SandboxFixture.RequireRoot();
        using var workspace = await Workspace.CloneAsync(Cancellation);
        var file = workspace.PathOf("artifacts/sandbox/.env");
        await using var sandbox = await Deployer.StartAsync(workspace, NoneOfTheMachine(), "Sandbox");
        await sandbox.UntilAsync(() => sandbox.Output.Contains("In another shell", StringComparison.Ordinal), Cancellation);

        var run = await ShellAsync(workspace, file, "DeployProduction");
        run.ShouldEnd(0, "succeeded");
        var status = await ShellAsync(workspace, file, "Status");
        status.ExitCode.ShouldBe(0, status.Output);
        status.Output.ShouldContain(run.Id);

        await sandbox.SignalAsync("INT", Cancellation);
        (await sandbox.EndAsync(Cancellation)).ExitCode.ShouldBeOneOf(0, 130);
        File.Exists(file).ShouldBeFalse();
    }

    static async Task<DeployerRun> ShellAsync(Workspace workspace, string file, string target)
    {
        var variables = NoneOfTheMachine();
        foreach (var line in await File.ReadAllLinesAsync(file, Cancellation))
            if (line.Split('=', 2) is [var name, var value] && !line.StartsWith('#'))
                variables[name] = value.Trim('\'', '"');
        await using var deployer = await Deployer.StartAsync(workspace, variables, target);
        return await deployer.EndAsync(Cancellation);
    }

    static Dictionary<string, string?> NoneOfTheMachine() => new() { ["DOCKER_HOST"] = null, ["KUBECONFIG"] = null, ["KUBEBUILDER_ASSETS"] = null };

    [GeneratedRegex("^```bash\n.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\./build\.sh(?<arguments>[^#\n]*)", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Command();
}
