using System.Net;
using System.Net.Http.Headers;
using Maily.Deploy.Kubernetes.Clusters;

namespace Maily.Deploy.Tests.Kubernetes.Clusters;

public sealed class RequestGateTests
{
    readonly RequestGate gate = new(4, TimeProvider.System);
    int running;
    int most;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_more_requests_than_allowed_are_under_way()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(HttpStatusCode.OK)));

        most.ShouldBe(4);
    }

    [Fact]
    public async Task A_busy_cluster_gets_fewer_at_once_and_more_again_as_it_answers()
    {
        await SendAsync(HttpStatusCode.TooManyRequests);
        await SendAsync(HttpStatusCode.TooManyRequests);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => SendAsync(HttpStatusCode.OK)));
        var busy = most;
        most = 0;
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => SendAsync(HttpStatusCode.OK)));

        busy.ShouldBe(1);
        most.ShouldBe(4);
    }

    [Fact]
    public async Task Nobody_comes_in_before_the_time_that_it_asked_for()
    {
        await SendAsync(HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(1));
        var start = TimeProvider.System.GetTimestamp();

        await SendAsync(HttpStatusCode.OK);

        TimeProvider.System.GetElapsedTime(start).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
    }

    [Fact]
    public async Task Whoever_waits_can_be_cancelled()
    {
        await SendAsync(HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(50));
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Should.ThrowAsync<OperationCanceledException>(gate.PassAsync(() => AnswerAsync(HttpStatusCode.OK, null), soon.Token));
    }

    Task<HttpResponseMessage> SendAsync(HttpStatusCode status, TimeSpan? pause = null) => gate.PassAsync(() => AnswerAsync(status, pause), Token);

    async Task<HttpResponseMessage> AnswerAsync(HttpStatusCode status, TimeSpan? pause)
    {
        var now = Interlocked.Increment(ref running);
        most = Math.Max(most, now);
        await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Token);
        Interlocked.Decrement(ref running);
        var answer = new HttpResponseMessage(status);
        answer.Headers.RetryAfter = pause is { } asked ? new RetryConditionHeaderValue(asked) : null;
        return answer;
    }
}
