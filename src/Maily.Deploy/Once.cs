using System.Collections.Concurrent;

namespace Maily.Deploy;

/// <summary>Finds something out once for each key: whoever asks meanwhile waits for the same answer. What fails is tried again by the next who asks.</summary>
/// <param name="comparer">Compares keys.</param>
sealed class Once<TKey, TValue>(IEqualityComparer<TKey>? comparer = null) where TKey : notnull
{
    readonly ConcurrentDictionary<TKey, Entry> entries = new(comparer);

    /// <summary>The answer; <paramref name="find"/> finds it where nobody did before.</summary>
    public async Task<TValue> GetAsync(TKey key, Func<CancellationToken, Task<TValue>> find, CancellationToken cancellation)
    {
        var entry = entries.GetOrAdd(key, _ => new());
        await entry.Turn.WaitAsync(cancellation);
        try
        {
            return (entry.Found ??= new(await find(cancellation))).Value;
        }
        finally
        {
            entry.Turn.Release();
        }
    }

    sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public Answer? Found { get; set; }
    }

    sealed record Answer(TValue Value);
}
