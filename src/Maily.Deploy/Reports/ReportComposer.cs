using System.Collections.Immutable;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Reports;

/// <summary>Reads a report's parts from a journal and from what undoing did.</summary>
public static class ReportComposer
{
    /// <summary>The report with steps, far sides, leftovers and what a person must do filled in.</summary>
    public static DeploymentReport Fill(DeploymentReport report, JournalState journal, ImmutableArray<CompensatedStep> compensated) => report with
    {
        Steps = [.. journal.Steps.Values.OrderBy(step => step.StartedAt).ThenBy(step => step.Id.ToString(), StringComparer.Ordinal).Select(StepOf)],
        FarSides = FarSidesOf(journal),
        Undone = Sentences(compensated, CompensationState.Undone),
        Leftovers = report.Outcome == DeploymentOutcome.Succeeded ? [] : Sentences(compensated, CompensationState.Kept),
        ToDo = [.. report.ToDo.Concat(Sentences(compensated, CompensationState.NeedsPerson)).Concat(NotUndone(report, journal, compensated))],
    };

    static ImmutableArray<string> Sentences(ImmutableArray<CompensatedStep> compensated, CompensationState state) =>
        [.. compensated.Where(step => step.Result.State == state).Select(step => $"{step.Step}: {step.Result.Text}")];

    // Undoing was broken off, or never began: what it did not come to is still changed.
    static IEnumerable<string> NotUndone(DeploymentReport report, JournalState journal, ImmutableArray<CompensatedStep> compensated) =>
        report.Outcome != DeploymentOutcome.NeedsAttention ? []
        : journal.ToUndo.Where(step => step.Kind != StepKind.Additive && !compensated.Any(undone => undone.Step == step.Id))
            .Select(step => $"{step.Id}: is changed and not undone: run `./build.sh Rollback`");

    static ReportedStep StepOf(StepHistory step) => new(
        step.Id.ToString(), step.Kind.ToString(), step.Last, step.StartedAt, step.LastAt, step.Outputs.Values, step.Text);

    static ReportedFarSides FarSidesOf(JournalState journal)
    {
        var done = journal.Outputs;
        return new ReportedFarSides(
            OutputOf(done, "PushImages", "reference").ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal),
            [.. OutputOf(done, "Migrate", "version").Select(pair => pair.Value).Order(StringComparer.Ordinal)],
            OutputOf(done, "DeployVercel", "deploymentId").Concat(OutputOf(done, "StageVercel", "deploymentId")).Select(pair => pair.Value).FirstOrDefault());
    }

    static IEnumerable<(string Name, string Value)> OutputOf(ImmutableDictionary<StepId, StepOutputs> done, string stage, string output) =>
        done.Where(step => step.Key.Stage == stage && step.Value[output] is not null).Select(step => (step.Key.Name, step.Value[output]!));
}
