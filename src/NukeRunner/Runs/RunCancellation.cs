namespace NukeRunner.Runs;

/// <summary>Turns signals and failures into the two tokens.</summary>
internal sealed class RunCancellation(TimeProvider time, TimeSpan grace, Action<string> say) : IRunCancellation, IDisposable
{
    readonly Lock gate = new();
    readonly CancellationTokenSource stop = new();
    readonly CancellationTokenSource abort = new();
    readonly CancellationTokenSource stopCleaning = new();
    readonly CancellationTokenSource abortCleaning = new();
    ITimer? timer;
    int signals;
    bool cleaning;

    public CancellationToken Stop => TargetScope.Current?.Cleaning == true ? stopCleaning.Token : stop.Token;

    public CancellationToken Abort => TargetScope.Current?.Cleaning == true ? abortCleaning.Token : abort.Token;

    /// <summary>No further target is admitted.</summary>
    public bool Stopped => stop.IsCancellationRequested;

    /// <summary>A person or the machine asked the run to end.</summary>
    public bool Signalled => Volatile.Read(ref signals) > 0;

    /// <summary>A target failed. What runs may take the time it needs: nobody waits for the process to go.</summary>
    public void Fail() => Cancel(stop);

    /// <summary>From now on signals are for the assured targets.</summary>
    public void BeginCleaning()
    {
        lock (gate)
        {
            cleaning = true;
            timer?.Dispose();
        }
    }

    /// <summary>Ctrl+C or SIGTERM.</summary>
    /// <returns>False when the process should die of the signal after all.</returns>
    public bool Signal()
    {
        lock (gate)
        {
            signals++;
            return cleaning ? SignalCleaning() : SignalRunning();
        }
    }

    public void Dispose()
    {
        timer?.Dispose();
        stop.Dispose();
        abort.Dispose();
        stopCleaning.Dispose();
        abortCleaning.Dispose();
    }

    bool SignalRunning()
    {
        if (signals == 1)
        {
            say($"Stopping: no further target starts; running ones have {grace.TotalSeconds:0} s. Press Ctrl+C again to abort them");
            Cancel(stop);
            timer = time.CreateTimer(_ => Cancel(abort), null, grace, Timeout.InfiniteTimeSpan);
            return true;
        }

        say(signals == 2 ? "Aborting running targets; then those that clean up run"
            : "Still aborting. Once more ends the process without cleaning up");
        Cancel(abort);
        return signals <= 3;
    }

    bool SignalCleaning()
    {
        if (abortCleaning.IsCancellationRequested)
            return false;
        if (signals == 1)
        {
            say("Cleaning up. Press Ctrl+C again to abort that");
            return true;
        }

        say("Aborting the cleaning up");
        Cancel(abortCleaning);
        return true;
    }

    // Not on this thread: what listens to a token may take its time, and signals must be heard meanwhile.
    static void Cancel(CancellationTokenSource source) => _ = source.CancelAsync();
}
