using System.Collections.Concurrent;
using System.Net;

namespace Maily.Deploy.Tests.Http;

/// <summary>Answers as told and remembers what it was asked.</summary>
sealed class RecordedHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    public ConcurrentQueue<string> Requests { get; } = new();

    public ConcurrentQueue<string> Bodies { get; } = new();

    public static RecordedHandler Answering(params (HttpStatusCode Status, string Body)[] answers)
    {
        var next = -1;
        return new RecordedHandler(_ =>
        {
            var (status, body) = answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)];
            return new HttpResponseMessage(status) { Content = new StringContent(body) };
        });
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Enqueue($"{request.Method} {request.RequestUri}");
        Bodies.Enqueue(request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
        return answer(request);
    }
}
