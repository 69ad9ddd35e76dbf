namespace Maily.Deploy.Tests;

public sealed class OnceTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_asks_meanwhile_gets_the_same_answer()
    {
        var asked = 0;
        var gate = new TaskCompletionSource();
        var once = new Once<string, object>();
        async Task<object> FindAsync(CancellationToken cancellation)
        {
            Interlocked.Increment(ref asked);
            await gate.Task;
            return new();
        }

        var both = Task.WhenAll(once.GetAsync("a", FindAsync, Token), once.GetAsync("a", FindAsync, Token));
        gate.SetResult();

        (await both)[0].ShouldBeSameAs((await both)[1]);
        (await once.GetAsync("a", FindAsync, Token)).ShouldBeSameAs((await both)[0]);
        asked.ShouldBe(1);
        (await once.GetAsync("b", FindAsync, Token)).ShouldNotBeSameAs((await both)[0]);
    }

    [Fact]
    public async Task What_fails_or_is_cancelled_is_tried_again_by_the_next()
    {
        var asked = 0;
        var once = new Once<string, int>();
        Task<int> FindAsync(CancellationToken cancellation) => ++asked switch
        {
            1 => throw new IOException("not yet"),
            2 => Task.FromCanceled<int>(new CancellationToken(canceled: true)),
            _ => Task.FromResult(asked),
        };

        await Should.ThrowAsync<IOException>(() => once.GetAsync("a", FindAsync, Token));
        await Should.ThrowAsync<OperationCanceledException>(() => once.GetAsync("a", FindAsync, Token));
        (await once.GetAsync("a", FindAsync, Token)).ShouldBe(3);
        (await once.GetAsync("a", FindAsync, Token)).ShouldBe(3);
    }
}
