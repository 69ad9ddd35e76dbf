using NukeRunner.Tests;

namespace Maily.Deploy.Components.Tests.Generated;

/// <summary>Generated files that stand in the repository are those that the code generates now.</summary>
public sealed class GeneratedFilesTests
{
    const string Workflow = ".github/workflows/deploy-production.yml";

    [Fact]
    public void The_parameter_schema_is_the_approved_one() => Generated(".nuke/build.schema.json").ShouldBe(Committed(".nuke/build.schema.json"));

    [Fact]
    public void The_workflow_is_current() => Generated(Workflow).ShouldBe(Committed(Workflow));

    [Fact]
    public void The_workflow_deploys_by_the_build() => Committed(Workflow).ShouldContain("run: ./build.sh DeployProduction\n");

    [Fact]
    public void A_second_job_undoes_what_a_failed_or_cancelled_one_left_unfinished()
    {
        var jobs = Committed(Workflow).Split("\njobs:\n")[1].Split("\n  compensate:\n");
        jobs.Length.ShouldBe(2);
        var (deploying, compensating) = (jobs[0], jobs[1]);
        compensating.ShouldStartWith("    name: compensate\n    needs: ubuntu-latest\n    if: failure() || cancelled()\n    runs-on: ubuntu-latest\n    environment: production\n    timeout-minutes: 90\n");
        compensating.ShouldContain("run: ./build.sh Rollback --unfinished-only --wait 15m\n");
        Secrets(compensating).ShouldBe(Secrets(deploying));
        Secrets(compensating).Count().ShouldBe(18);

        static IEnumerable<string> Secrets(string job) => job.Split('\n').Where(line => line.Contains("secrets.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_linter_has_nothing_to_say_about_the_workflows() =>
        (await WorkflowLinter.FaultsAsync([.. Directory.GetFiles(Repository.At(".github", "workflows"))])).ShouldBeEmpty();

    [Theory]
    [InlineData("secrets.VERCEL_TOKEN", "secret.VERCEL_TOKEN", "undefined variable \"secret\"")]
    [InlineData("id-token: write", "id-token: all", "\"all\" is invalid for permission of scope \"id-token\"")]
    [InlineData("    steps:", "    stepz:", "\"steps\" section is missing")]
    public async Task The_linter_refuses_a_broken_workflow(string right, string wrong, string fault)
    {
        var broken = Path.Combine(Directory.CreateTempSubdirectory("maily-workflow-").FullName, "broken.yml");
        await File.WriteAllTextAsync(broken, Committed(Workflow).Replace(right, wrong, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await WorkflowLinter.FaultsAsync(broken)).ShouldContain(fault);
        Directory.Delete(Path.GetDirectoryName(broken)!, recursive: true);
    }

    static string Committed(string file) => File.ReadAllText(Repository.At(file));

    // Any start on a person's machine generates them, also one that is refused.
    static string Generated(string file)
    {
        using var run = new RunningABuild();
        run.Start<Build>(build => ((IPlan)build).Plan, "Hold").ShouldBe(3, run.Output);
        return File.ReadAllText(Path.Combine(run.Root, file));
    }
}
