using System.Net;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Secrets;
using Polly;
using Polly.Retry;

namespace Maily.Deploy.Http;

/// <summary>Sends requests to one far side: repeats what may be repeated, bounds each try, turns silence into typed errors.</summary>
public sealed class FarSideClient
{
    readonly HttpClient http;
    readonly TimeProvider time;
    readonly FarSideOptions options;
    readonly ResiliencePipeline<HttpAnswer> reads;
    readonly ResiliencePipeline<HttpAnswer> changes;

    /// <summary>A client of the far side called <paramref name="name"/>; errors never show <paramref name="secrets"/>.</summary>
    public FarSideClient(string name, HttpClient http, TimeProvider time, FarSideOptions options, params IEnumerable<Secret> secrets)
    {
        (Name, this.http, this.time, this.options) = (name, http, time, options);
        Redactor = new SecretRedactor(secrets);
        reads = Retry(outcome => outcome.Exception is FarSideSilentException || outcome.Result is { IsTransient: true });
        changes = Retry(outcome => outcome.Result is { Status: HttpStatusCode.TooManyRequests });
    }

    /// <summary>The far side's name, as errors say it.</summary>
    public string Name { get; }

    /// <summary>Takes this far side's secrets out of texts.</summary>
    public SecretRedactor Redactor { get; }

    /// <summary>Sends a request that changes nothing; repeated on 429, 5xx, lost connections and time-outs.</summary>
    /// <exception cref="FarSideSilentException">No answer came, in all tries.</exception>
    public async Task<HttpAnswer> ReadAsync(Func<HttpRequestMessage> request, CancellationToken cancellation) =>
        await reads.ExecuteAsync(async token => await SendAsync(request, options.TryTimeout, token), cancellation);

    /// <summary>Sends a change that is harmless to repeat (an upload by digest, a deletion by id); repeated as reads are.</summary>
    /// <exception cref="FarSideSilentException">No answer came, in all tries.</exception>
    /// <exception cref="PermitExpiredException">The lease has ended.</exception>
    public async Task<HttpAnswer> ChangeIdempotentlyAsync(ChangePermit permit, Func<HttpRequestMessage> request, CancellationToken cancellation) =>
        await reads.ExecuteAsync(async token => await ChangeAsync(permit, request, token), cancellation);

    /// <summary>Sends a change once; only 429, which says that nothing happened, is repeated.</summary>
    /// <exception cref="FarSideSilentException">The answer was lost: the change may have happened, so look before trying again.</exception>
    /// <exception cref="PermitExpiredException">The lease has ended.</exception>
    public async Task<HttpAnswer> ChangeOnceAsync(ChangePermit permit, Func<HttpRequestMessage> request, CancellationToken cancellation) =>
        await changes.ExecuteAsync(async token => await ChangeAsync(permit, request, token), cancellation);

    Task<HttpAnswer> ChangeAsync(ChangePermit permit, Func<HttpRequestMessage> request, CancellationToken cancellation) =>
        permit.BoundAsync(token => SendAsync(request, options.TryTimeout, token), cancellation);

    async Task<HttpAnswer> SendAsync(Func<HttpRequestMessage> make, TimeSpan timeout, CancellationToken cancellation)
    {
        using var request = make();
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            return new HttpAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(either.Token), RetryAfter(response));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new FarSideSilentException(Name, Describe(request), $"Nothing came within {timeout.TotalSeconds:0.#} s.", cause: null);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            throw new FarSideSilentException(Name, Describe(request), Redactor.Redact(lost.Message), lost);
        }
    }

    string Describe(HttpRequestMessage request) => Redactor.Redact($"{request.Method} {request.RequestUri?.GetLeftPart(UriPartial.Path)}");

    TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };

    ResiliencePipeline<HttpAnswer> Retry(Func<Outcome<HttpAnswer>, bool> again) => new ResiliencePipelineBuilder<HttpAnswer> { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions<HttpAnswer>
        {
            MaxRetryAttempts = Math.Max(1, options.Tries - 1),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = options.Pause,
            ShouldHandle = arguments => ValueTask.FromResult(again(arguments.Outcome)),
            DelayGenerator = arguments => ValueTask.FromResult(Wait(arguments.Outcome.Result?.RetryAfter)),
        })
        .Build();

    TimeSpan? Wait(TimeSpan? asked) =>
        asked is not { } pause ? null : pause < TimeSpan.Zero ? TimeSpan.Zero : pause > options.LongestPause ? options.LongestPause : pause;
}
