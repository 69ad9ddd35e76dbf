using System.Collections.Immutable;

namespace Maily.Deploy.Validation;

/// <summary>Runs checks side by side and collects every answer: no check stops another.</summary>
public sealed class CheckRunner(TimeProvider time)
{
    /// <summary>How many run at once.</summary>
    public int Parallel { get; init; } = 8;

    /// <summary>How long a check may take that says no time of its own.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Runs those checks that a planned stage needs.</summary>
    /// <param name="checks">The checks, in the order of the report.</param>
    /// <param name="planned">Names of the planned stages.</param>
    /// <param name="cancellation">Aborts; the only way to get an exception.</param>
    public async Task<CheckReport> RunAsync(IEnumerable<Check> checks, IReadOnlyCollection<string> planned, CancellationToken cancellation)
    {
        using var places = new SemaphoreSlim(Parallel);
        var needed = checks.Where(check => check.Stages.Count == 0 || check.Stages.Any(planned.Contains));
        var lines = await Task.WhenAll(needed.Select(check => RunOneAsync(check, places, cancellation)));
        return new CheckReport([.. lines]);
    }

    async Task<CheckLine> RunOneAsync(Check check, SemaphoreSlim places, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            return new CheckLine(check.Area, check.Name, await AnswerAsync(check, cancellation));
        }
        finally
        {
            places.Release();
        }
    }

    async Task<CheckResult> AnswerAsync(Check check, CancellationToken cancellation)
    {
        var timeout = check.Timeout ?? Timeout;
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await check.RunAsync(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return CheckResult.Fail($"no answer within {timeout.TotalSeconds:0.#} s", "Check that the far side can be reached from this machine.");
        }
        catch (DeployException fault)
        {
            return CheckResult.Fail(fault.Fact, fault.Remedy);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Foreign messages may quote what they were given, a connection string for instance: only the type is safe to show.
            return CheckResult.Fail($"the check itself failed with {fault.GetType().Name}", "Run it again with --verbosity verbose, and report it if it stays.");
        }
    }
}
