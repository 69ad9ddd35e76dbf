using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Sandbox.Wires;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>Lets one fault strike one deployment, once, at its moment.</summary>
/// <param name="fault">The fault.</param>
/// <param name="last">The last step of the deployment: it fails where a fault strikes the undoing of another one.</param>
/// <param name="wire">The wire of the step that suffers the fault.</param>
/// <param name="piece">The piece of its traffic at which it strikes, from 1.</param>
/// <param name="process">The deploying process.</param>
/// <param name="disk">Its disk, where that gets full.</param>
sealed class FaultInjection(Fault fault, StepId last, Wire wire, int piece, Func<DrilledProcess> process, SmallDisk? disk)
{
    int struck;

    /// <summary>Whether it has struck.</summary>
    public bool HasStruck => Volatile.Read(ref struck) != 0;

    /// <summary>Called at each moment of each step.</summary>
    public async Task<Sufferance> ReachedAsync(StepId step, StepMoment moment, CancellationToken cancellation)
    {
        if (fault.Moment == FaultMoment.DuringCompensate && step == last && moment == StepMoment.AfterApply)
            return Sufferance.Error;
        if (step != fault.Step)
            return Sufferance.None;
        // It sent less this time than it did without faults.
        if (moment == StepMoment.AfterApply && fault.Moment == FaultMoment.DuringApply && wire.Disarm())
            return await StrikeAsync(cancellation);
        return (fault.Moment, moment) switch
        {
            (FaultMoment.BeforeApply, StepMoment.BeforeApply) or (FaultMoment.AfterApply, StepMoment.AfterApply) => await StrikeAsync(cancellation),
            (FaultMoment.DuringApply, StepMoment.BeforeApply) => Arm(piece),
            (FaultMoment.DuringVerify, StepMoment.Verify) or (FaultMoment.DuringCompensate, StepMoment.Compensate) when !HasStruck =>
                OnTheWay ? Arm(1) : await StrikeAsync(cancellation),
            _ => Sufferance.None,
        };
    }

    bool OnTheWay => fault.Kind is FaultKind.ConnectionCut or FaultKind.TimeOut or FaultKind.AnswerLost;

    Sufferance Arm(int at)
    {
        wire.Arm(at, async cancellation => fault.Kind switch
        {
            FaultKind.ConnectionCut => Note(WireFault.Cut),
            FaultKind.TimeOut => Note(WireFault.Silence),
            FaultKind.AnswerLost => Note(WireFault.LoseAnswer),
            FaultKind.Error => Note(WireFault.Refuse),
            _ => await PassAsync(cancellation),
        });
        return Sufferance.None;
    }

    // What strikes the process lets the piece pass: it has left the machine.
    async Task<WireFault?> PassAsync(CancellationToken cancellation)
    {
        await StrikeAsync(cancellation);
        return null;
    }

    WireFault? Note(WireFault what)
    {
        Interlocked.Exchange(ref struck, 1);
        return what;
    }

    async Task<Sufferance> StrikeAsync(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref struck, 1) != 0)
            return Sufferance.None;
        switch (fault.Kind)
        {
            case FaultKind.Error or FaultKind.ConnectionCut:
                return Sufferance.Error;
            case FaultKind.TimeOut:
                return Sufferance.TimeOut;
            case FaultKind.AnswerLost:
                return Sufferance.AnswerLost;
            case FaultKind.Killed:
                process().Kill();
                break;
            case FaultKind.Interrupted:
                await process().SignalAsync("INT", cancellation);
                break;
            case FaultKind.Terminated:
                await process().SignalAsync("TERM", cancellation);
                break;
            default:
                disk!.Fill();
                break;
        }

        return Sufferance.None;
    }
}
