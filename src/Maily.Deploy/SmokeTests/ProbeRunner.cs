using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Maily.Deploy.SmokeTests;

/// <summary>Repeats a probe until it passes or its time is over.</summary>
public sealed class ProbeRunner(SmokeTestOptions options)
{
    readonly HttpProber http = new(options.Http, options.Redactor);
    readonly SqlProber sql = new(options.Database, options.Redactor);

    /// <summary>Runs the probe, whose texts are resolved.</summary>
    /// <exception cref="ProbeFailedException">It never passed.</exception>
    public async Task<ProbeResult> RunAsync(ProbeSpec probe, CancellationToken cancellation)
    {
        var last = ProbeResult.Fail("no try ended");
        try
        {
            return await Repeated().ExecuteAsync(async token => last = await TryAsync(probe, token), cancellation) is { Passed: true } passed
                ? passed
                : throw Failed(probe, last);
        }
        catch (TimeoutRejectedException)
        {
            throw Failed(probe, last);
        }
    }

    async Task<ProbeResult> TryAsync(ProbeSpec probe, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(options.TryTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await OnceAsync(probe, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ProbeResult.Fail($"no answer within {options.TryTimeout.TotalSeconds:0.#} s");
        }
    }

    Task<ProbeResult> OnceAsync(ProbeSpec probe, CancellationToken cancellation) => probe switch
    {
        HttpProbe asked => http.TryAsync(asked, cancellation),
        SqlProbe asked => sql.TryAsync(asked, cancellation),
        _ => Task.FromResult(ProbeResult.Fail($"{probe.GetType().Name} is no kind of probe that can be run")),
    };

    ResiliencePipeline<ProbeResult> Repeated() => new ResiliencePipelineBuilder<ProbeResult> { TimeProvider = options.Time }
        .AddTimeout(options.Timeout)
        .AddRetry(new RetryStrategyOptions<ProbeResult>
        {
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Constant,
            Delay = options.Pause,
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is { Passed: false }),
        })
        .Build();

    ProbeFailedException Failed(ProbeSpec probe, ProbeResult last) => new(probe.Name, last, options.Timeout);
}
