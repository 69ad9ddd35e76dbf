namespace Maily.Deploy.Rehearsals;

/// <summary>Waits for what comes by itself.</summary>
static class Eventually
{
    // Only what never comes takes so long, also on a slow machine: it fails the test instead of letting it hang.
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    /// <summary>Looks until it is there, and fails when it does not come.</summary>
    public static async Task IsAsync(Func<Task<bool>> isThere, string what)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var begun = TimeProvider.System.GetTimestamp();
        while (!await isThere())
        {
            TimeProvider.System.GetElapsedTime(begun).ShouldBeLessThan(Longest, what);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
        }
    }

    /// <summary>Looks until it is there, and fails when it does not come.</summary>
    public static Task IsAsync(Func<bool> isThere, string what) => IsAsync(() => Task.FromResult(isThere()), what);
}
