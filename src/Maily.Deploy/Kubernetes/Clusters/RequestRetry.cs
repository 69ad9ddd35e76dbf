using System.Net;
using Polly;
using Polly.Retry;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>Which requests are sent again, when, and for how long.</summary>
static class RequestRetry
{
    static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(15);
    static readonly TimeSpan FailingPatience = TimeSpan.FromSeconds(75);
    static readonly ResiliencePropertyKey<long> Start = new("start");

    /// <summary>The pipeline of one connection.</summary>
    public static ResiliencePipeline<HttpResponseMessage> Of(ClusterSettings settings, TimeProvider time) => settings.Retries <= 0 ? ResiliencePipeline<HttpResponseMessage>.Empty :
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = int.MaxValue, BackoffType = DelayBackoffType.Exponential, Delay = TimeSpan.FromMilliseconds(500), MaxDelay = LongestDelay, UseJitter = true,
            ShouldHandle = async attempt => IsPatient(attempt, settings, time) && await MayHelpAsync(attempt.Outcome, attempt.Context.CancellationToken),
            DelayGenerator = attempt => new(RequestGate.PauseOf(attempt.Outcome.Result, time)),
        }).Build();

    /// <summary>Sends by the pipeline.</summary>
    public static async Task<HttpResponseMessage> SendAsync(
        this ResiliencePipeline<HttpResponseMessage> pipeline, Func<CancellationToken, Task<HttpResponseMessage>> attempt, TimeProvider time, CancellationToken cancellation)
    {
        var context = ResilienceContextPool.Shared.Get(cancellation);
        try
        {
            context.Properties.Set(Start, time.GetTimestamp());
            return await pipeline.ExecuteAsync(async inner => await attempt(inner.CancellationToken), context);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    // Some versions answer 500 to a manifest that their schema does not fit: they will do so again.
    static async ValueTask<bool> MayHelpAsync(Outcome<HttpResponseMessage> outcome, CancellationToken cancellation) => outcome.Result switch
    {
        null => outcome.Exception is HttpRequestException or IOException or TimeoutException,
        { StatusCode: HttpStatusCode.InternalServerError } fault => !(await fault.Content.ReadAsStringAsync(cancellation)).Contains("failed to create typed", StringComparison.Ordinal),
        var answer => (int)answer.StatusCode is 429 or 502 or 503 or 504,
    };

    // A cluster that says it is busy is alive: it is waited for longer than one that fails.
    static bool IsPatient(RetryPredicateArguments<HttpResponseMessage> attempt, ClusterSettings settings, TimeProvider time)
    {
        if (attempt.AttemptNumber < settings.Retries)
            return true;
        var isBusy = attempt.Outcome.Result?.StatusCode == HttpStatusCode.TooManyRequests;
        // Failures between busy answers are not counted as if each attempt had failed.
        var limit = isBusy || settings.BusyPatience < FailingPatience ? settings.BusyPatience : FailingPatience;
        return attempt.Context.Properties.TryGetValue(Start, out var start) && time.GetElapsedTime(start) < limit;
    }
}
