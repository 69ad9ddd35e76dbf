using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.Rollouts;
using Maily.Deploy.Kubernetes.Waves;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Rehearsals.Waves;

/// <summary>What a wave runs is watched before the next one begins.</summary>
public sealed class BakeTests : WaveCase
{
    [Fact]
    public async Task A_wave_that_stays_healthy_is_followed_by_the_next_when_its_time_is_over()
    {
        BakeTime = TimeSpan.FromSeconds(3);
        WriteVersion(1);

        var run = await Run.RunAsync(Commit, Token);

        run.Failure.ShouldBeNull();
        var steps = run.Deployment.State.Steps;
        var (first, bake, second) = (steps[new("DeployK8s", One)], steps[new("DeployK8s", "bake-1")], steps[new("DeployK8s", Two)]);
        bake.Outputs["healthy"].ShouldBe("1 workloads");
        (second.StartedAt - first.LastAt).ShouldBeGreaterThan(TimeSpan.FromSeconds(2));
        Log.All.ShouldContain(line => line.StartsWith($"{One}: 1 workloads are healthy, watched for another ", StringComparison.Ordinal));
        LiveImage(Two).ShouldBe(ImageOf(1));
    }

    [Fact]
    public async Task A_crash_while_it_is_watched_fails_the_wave_is_explained_and_undone()
    {
        WriteVersion(1);
        (await Run.RunAsync(Commit, Token)).Failure.ShouldBeNull();
        BakeTime = TimeSpan.FromMinutes(5);
        WriteVersion(2);
        var crash = CrashWhileWatchedAsync();

        var run = await Run.RunAsync(Commit, Token);

        await crash;
        var failure = run.Failure.ShouldNotBeNull();
        failure.ShouldSatisfyAllConditions(
            () => (failure is NotHealthyException or RolloutFailedException).ShouldBeTrue(failure.ToString()),
            () => failure.Evidence.ShouldNotBeNull().ShouldContain("exit code 3"));
        run.Undone.Single().Result.State.ShouldBe(CompensationState.Undone, run.Undone.Single().Result.Text);
        LiveImage(One).ShouldBe(ImageOf(1));
        run.Deployment.State.Steps.Keys.ShouldNotContain(new StepId("DeployK8s", Two));
    }

    [Fact]
    public async Task A_wave_that_was_as_wanted_already_is_not_watched()
    {
        WriteVersion(1);
        await Run.RunAsync(Commit, Token);
        BakeTime = TimeSpan.FromMinutes(5);

        var run = await Run.RunAsync(Commit, Token);

        run.Failure.ShouldBeNull();
        run.EventOf("DeployK8s", "bake-1").ShouldBe("Unchanged");
    }

    [Fact]
    public async Task Watching_ends_at_once_when_it_is_asked_to_stop_and_goes_on_with_what_is_left_of_it()
    {
        BakeTime = TimeSpan.FromHours(1);
        WriteVersion(1);
        using var stop = new CancellationTokenSource();
        var leaving = Run.LeaveAsync(Commit, stop.Token, Token);
        await IsWatchedAsync();
        await stop.CancelAsync();

        var (id, ended) = await leaving;
        ended.ShouldNotBeNull();
        LiveImage(Two).ShouldBeNull();
        var said = Log.All.Count(line => line.Contains("watched for another", StringComparison.Ordinal));
        BakeTime = TimeSpan.FromSeconds(3);
        await Task.Delay(BakeTime, TimeProvider.System, Token);
        await Run.ResumeAsync(Commit, id, Token);

        LiveImage(Two).ShouldBe(ImageOf(1));
        Log.All.Count(line => line.Contains("watched for another", StringComparison.Ordinal)).ShouldBe(said, "its time had passed meanwhile");
    }

    Task IsWatchedAsync() => Eventually.IsAsync(() => Log.Any("watched for another"), "the wave is watched");

    // The fault strikes new pods only: so it comes once the release is out, and a pod is replaced.
    async Task CrashWhileWatchedAsync()
    {
        await IsWatchedAsync();
        ClusterOf(One).Faults.Add(new WorkloadFault(new CrashLoop(3) { Log = ["fatal: out of leases"] }) { Workload = "api", Image = ImageOf(2) });
        using var api = new ClusterApi(ClusterOf(One).KubeconfigPath);
        await api.Delete($"/api/v1/namespaces/maily/pods/{ClusterOf(One).Objects("Pod", "maily")[0]["metadata"]!["name"]}");
    }
}
