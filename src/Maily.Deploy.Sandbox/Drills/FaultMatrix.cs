using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>A step of the deployment that is drilled, as a run without faults showed it.</summary>
/// <param name="Id">The step.</param>
/// <param name="Wire">The wire over which it sent most.</param>
/// <param name="Pieces">How many pieces it sent while it applied its change.</param>
/// <param name="IsUndone">Whether it has a way back.</param>
public sealed record DrilledStep(StepId Id, string Wire, int Pieces, bool IsUndone);

/// <summary>Every step with every moment and kind that makes sense.</summary>
public static class FaultMatrix
{
    const string InstantStage = "Instant";

    /// <summary>All faults, in the order of the steps.</summary>
    public static ImmutableArray<Fault> Of(IEnumerable<DrilledStep> steps) =>
    [
        .. from step in steps
           from moment in Enum.GetValues<FaultMoment>()
           from kind in Enum.GetValues<FaultKind>()
           where MakesSense(step, moment, kind)
           from recovery in kind == FaultKind.Killed && moment != FaultMoment.DuringCompensate ? new[] { Recovery.Rollback, Recovery.Resume }
               : kind == FaultKind.Killed ? [Recovery.Rollback] : [Recovery.None]
           select new Fault(step.Id, moment, kind) { Recovery = recovery },
    ];

    /// <summary>Kills at instants of a deployment that takes so long, chosen by the seed; every second one is resumed, the others undone.</summary>
    public static ImmutableArray<Fault> Instants(int count, TimeSpan duration, int seed) =>
    [
        .. Enumerable.Range(1, count).Select(number => (Number: number, Lot: Lot($"{seed} instant {number}")))
            .Select(pair => new Fault(new(InstantStage, $"{pair.Number:000} after {(int)(pair.Lot / (double)uint.MaxValue * duration.TotalMilliseconds):0000} ms"), FaultMoment.DuringApply, FaultKind.Killed)
            {
                Recovery = pair.Number % 2 == 0 ? Recovery.Resume : Recovery.Rollback,
            }),
    ];

    /// <summary>How long after its start a deployment is killed; null for a fault of a step.</summary>
    public static TimeSpan? InstantOf(Fault fault) => fault.Step.Stage == InstantStage
        ? TimeSpan.FromMilliseconds(int.Parse(fault.Step.Name.Split(' ')[2], CultureInfo.InvariantCulture))
        : null;

    /// <summary>The kinds of these names, each one or several with commas.</summary>
    /// <exception cref="UnknownFaultException">A name is no kind.</exception>
    public static ImmutableHashSet<FaultKind> KindsOf(IEnumerable<string> names) =>
    [
        // Parsing an enumeration takes a list or a number too, and makes one kind of it.
        .. names.SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Select(name => Enum.GetValues<FaultKind>().Cast<FaultKind?>().FirstOrDefault(kind => name.Equals($"{kind}", StringComparison.OrdinalIgnoreCase))
                ?? throw new UnknownFaultException("kind", name, Enum.GetNames<FaultKind>())),
    ];

    /// <summary>The faults whose step's name holds one of the texts and whose kind is one of these; no texts or kinds leave all.</summary>
    /// <exception cref="UnknownFaultException">A text fits no step.</exception>
    public static ImmutableArray<Fault> Select(ImmutableArray<Fault> faults, IReadOnlyCollection<string> steps, IReadOnlyCollection<FaultKind> kinds)
    {
        if (steps.FirstOrDefault(text => !faults.Any(fault => Fits(fault, text))) is { } unknown)
            throw new UnknownFaultException("step", unknown, [.. faults.Select(fault => fault.Step.ToString()).Distinct()]);
        return [.. faults.Where(fault => (kinds.Count == 0 || kinds.Contains(fault.Kind)) && (steps.Count == 0 || steps.Any(text => Fits(fault, text))))];
    }

    /// <summary>A part of the faults that the seed decides, in their order: the same part for the same seed on every machine.</summary>
    public static ImmutableArray<Fault> Sample(ImmutableArray<Fault> faults, int count, int seed) =>
        [.. faults.Select((fault, place) => (fault, place)).OrderBy(pair => Lot(pair.fault, seed)).Take(count).OrderBy(pair => pair.place).Select(pair => pair.fault)];

    /// <summary>Every <paramref name="shards"/>th fault from the <paramref name="shard"/>th on, counted from 1.</summary>
    public static ImmutableArray<Fault> Shard(ImmutableArray<Fault> faults, int shard, int shards) =>
        [.. faults.Where((_, place) => place % shards == shard - 1)];

    /// <summary>The piece of the step's traffic at which a fault strikes: the seed decides.</summary>
    public static int PieceOf(Fault fault, int pieces, int seed) => 1 + (int)(Lot(fault, seed) % (uint)Math.Max(1, pieces));

    static bool MakesSense(DrilledStep step, FaultMoment moment, FaultKind kind) => (moment, kind) switch
    {
        (FaultMoment.DuringCompensate, _) when !step.IsUndone => false,
        // Nothing is sent at that moment that could be cut or lost.
        (FaultMoment.BeforeApply, FaultKind.AnswerLost or FaultKind.ConnectionCut) => false,
        (FaultMoment.AfterApply, FaultKind.ConnectionCut or FaultKind.TimeOut) => false,
        (FaultMoment.DuringVerify, FaultKind.AnswerLost) => false,
        // A step that sends nothing cannot be struck on its way.
        (FaultMoment.DuringApply, _) => step.Pieces > 0,
        _ => true,
    };

    static bool Fits(Fault fault, string text) => fault.Step.ToString().Contains(text, StringComparison.OrdinalIgnoreCase);

    static uint Lot(Fault fault, int seed) => Lot($"{seed} {fault}");

    static uint Lot(string text) => BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <summary>A drill was asked for something that there is not.</summary>
public sealed class UnknownFaultException(string what, string name, IReadOnlyCollection<string> known)
    : DeployException($"'{name}' is no {what} of the drill.", $"The {what}s are {string.Join(", ", known)}.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
