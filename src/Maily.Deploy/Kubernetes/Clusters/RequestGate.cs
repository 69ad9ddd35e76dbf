using System.Net;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>
/// How many requests one cluster gets at once. Where it answers 429 it gets half as many, and none before the time that it asked
/// for has passed; each good answer makes room for a little more again.
/// </summary>
sealed class RequestGate(int most, TimeProvider time)
{
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    readonly Lock gate = new();
    TaskCompletionSource changed = NewSignal();
    DateTimeOffset closedUntil = DateTimeOffset.MinValue;
    double allowed = most;
    int running;

    /// <summary>Sends one request when there is room for it.</summary>
    public async Task<HttpResponseMessage> PassAsync(Func<Task<HttpResponseMessage>> send, CancellationToken cancellation)
    {
        while (Wait() is { } wait)
            await wait(cancellation);
        try
        {
            var answer = await send();
            Learn(answer);
            return answer;
        }
        finally
        {
            lock (gate)
                running--;
            Signal();
        }
    }

    /// <summary>How long an answer asks to be left alone; null where it does not say.</summary>
    public static TimeSpan? PauseOf(HttpResponseMessage? answer, TimeProvider time) => answer?.Headers.RetryAfter switch
    {
        { Delta: { } delta } => Shorter(delta),
        { Date: { } date } => Shorter(date - time.GetUtcNow()),
        _ => null,
    };

    static TimeSpan Shorter(TimeSpan asked) => asked > LongestPause ? LongestPause : asked < TimeSpan.Zero ? TimeSpan.Zero : asked;

    // Null: come in.
    Func<CancellationToken, Task>? Wait()
    {
        lock (gate)
        {
            var closed = closedUntil - time.GetUtcNow();
            if (closed > TimeSpan.Zero)
                return cancellation => Task.Delay(closed, time, cancellation);
            if (running >= (int)allowed)
            {
                var next = changed.Task;
                return next.WaitAsync;
            }

            running++;
            return null;
        }
    }

    void Learn(HttpResponseMessage answer)
    {
        lock (gate)
        {
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                allowed = Math.Max(1, allowed / 2);
                var until = time.GetUtcNow() + (PauseOf(answer, time) ?? TimeSpan.Zero);
                closedUntil = until > closedUntil ? until : closedUntil;
            }
            else if (answer.IsSuccessStatusCode)
                allowed = Math.Min(most, allowed + 1 / allowed);
        }
    }

    void Signal()
    {
        TaskCompletionSource former;
        lock (gate)
            (former, changed) = (changed, NewSignal());
        former.TrySetResult();
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
