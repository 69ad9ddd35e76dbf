using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Components;

/// <summary>How an environment stands, in lines for people.</summary>
static class StatusText
{
    /// <summary>The lines.</summary>
    public static IEnumerable<string> Of(EnvironmentStatus status) =>
    [
        .. status.Live is { } live ? LiveLines(live) : [Line("live", "nothing yet")],
        Line("hold", status.Hold is { } hold ? $"{hold.Reason}, by {hold.By} since {hold.At:u}; `./build.sh Release --reason \"...\"` clears it" : "none"),
        Line("lease", status.Lease is { } lease ? $"{lease.Holder} since {lease.AcquiredAt:u}, until {lease.ExpiresAt:u} unless renewed" : "free"),
        .. status.Unfinished is { } journal ? UnfinishedLines(status, journal) : [Line("unfinished", "none")],
    ];

    static IEnumerable<string> LiveLines(ReleaseRecord live) =>
    [
        Line("live", $"{live.Deployment}, commit {live.Commit}, since {live.At:u}"),
        .. live.Images.Select(image => Line("image", $"{image.Key} {image.Value}")),
        Line("migrations", live.Migrations is [.., var last] ? $"{live.Migrations.Length}, the last one is {last}" : "none"),
        Line("frontend", live.VercelDeployment ?? "none"),
        .. live.Manifests.Select(region => Line("manifests", $"{region.Key} {region.Value}")),
    ];

    static IEnumerable<string> UnfinishedLines(EnvironmentStatus status, JournalState journal)
    {
        var header = journal.Header ?? throw new BrokenJournalException("The unfinished deployment has no header.");
        yield return Line("unfinished", $"{header.Id}, commit {header.Commit}, by {header.StartedBy} since {header.StartedAt:u}");
        if (journal.Steps.Values.MaxBy(step => step.LastAt) is { } last)
            yield return Line("last step", $"{last.Id} {Words(last)}, {last.LastAt:u}");
        if (journal.FirstFailure is { } failure)
            yield return Line("first cause", $"{failure.Step}: {failure.Text.ReplaceLineEndings(" ")}");
        yield return Line("what to do", status switch
        {
            { IsAtWork: true } => "wait: it is being worked on; where its holder is known to be dead, `./build.sh Unlock --reason \"...\"`",
            _ when journal.Outcome == DeploymentOutcome.NeedsAttention => "do what its report says; `./build.sh Rollback` tries to undo the rest again",
            { IsBeingUndone: true } => "`./build.sh Rollback` goes on undoing it",
            _ => $"`./build.sh Rollback` undoes it; deploying commit {header.Commit[..7]} with --resume goes on with it",
        });
    }

    static string Words(StepHistory step) => step.Last switch
    {
        JournalEvent.Applying => "is being applied",
        JournalEvent.Compensating => "is being undone",
        JournalEvent.Compensated when CompensationResultOf(step) is { } result => result,
        _ => step.Last.ToString().ToLowerInvariant(),
    };

    static string? CompensationResultOf(StepHistory step) => step.Text?.Split(':', 2)[0] switch
    {
        nameof(CompensationState.Undone) => "undone",
        nameof(CompensationState.Kept) => "kept",
        _ => null,
    };

    static string Line(string name, string text) => $"{name + ":",-13}{text}";
}
