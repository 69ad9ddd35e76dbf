using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.Rollouts;
using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Rehearsals.Waves;

/// <summary>Traffic is drained before a region changes and filled again after it, whichever way it ends.</summary>
public sealed class HookTests : WaveCase
{
    readonly RecordingHook calls = new();

    [Fact]
    public async Task Each_region_is_drained_and_filled_before_the_next_wave_begins()
    {
        Hook = calls;
        WriteVersion(1);

        (await Run.RunAsync(Commit, Token)).Failure.ShouldBeNull();

        calls.Made.ShouldBe([$"before {One}", $"after {One}", $"before {Two}", $"after {Two}"]);
    }

    [Fact]
    public async Task A_failing_second_wave_undoes_both_and_fills_both()
    {
        WriteVersion(1);
        await Run.RunAsync(Commit, Token);
        Hook = calls;
        WriteVersion(2);
        using var fault = ClusterOf(Two).Faults.Add(new WorkloadFault(new ImageCannotBePulled()) { Image = ImageOf(2) });

        var run = await Run.RunAsync(Commit, Token);

        run.Failure.ShouldBeOfType<RolloutFailedException>().Region.ShouldBe(Two);
        run.Undone.Select(step => step.Step.Name).ShouldBe([Two, One]);
        run.Undone.ShouldAllBe(step => step.Result.State == CompensationState.Undone);
        (LiveImage(One), LiveImage(Two)).ShouldBe((ImageOf(1), ImageOf(1)));
        calls.Made.ShouldBe([$"before {One}", $"after {One}", $"before {Two}", $"before {Two}", $"after {Two}", $"before {One}", $"after {One}"]);
    }

    [Fact]
    public async Task A_hook_that_fails_fails_the_wave_and_nothing_of_the_region_is_changed()
    {
        WriteVersion(1);
        await Run.RunAsync(Commit, Token);
        Hook = new RecordingHook { Fails = $"before {Two}" };
        WriteVersion(2);

        var run = await Run.RunAsync(Commit, Token);

        run.Failure.ShouldBeOfType<HookFailedException>();
        (LiveImage(One), LiveImage(Two)).ShouldBe((ImageOf(1), ImageOf(1)));
        run.Undone.ShouldAllBe(step => step.Result.State == CompensationState.Undone);
    }

    [Fact]
    public async Task A_region_that_cannot_be_filled_again_fails_and_is_undone()
    {
        WriteVersion(1);
        await Run.RunAsync(Commit, Token);
        Hook = new RecordingHook { Fails = $"after {One}" };
        WriteVersion(2);

        var run = await Run.RunAsync(Commit, Token);

        run.Failure.ShouldBeOfType<HookFailedException>();
        LiveImage(One).ShouldBe(ImageOf(1));
        ClusterOf(One).Objects("Secret", "maily").Count(secret => secret["type"]!.GetValue<string>() == "maily.dev/release.v1").ShouldBe(1);
    }
}
