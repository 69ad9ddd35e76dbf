namespace Maily.Deploy.Sandbox.Processes;

/// <summary>What has been started so far, from several tasks at once; stopped in reverse, once.</summary>
public sealed class Started : IAsyncDisposable
{
    readonly Stack<IAsyncDisposable> resources = [];
    readonly Lock access = new();

    /// <summary>Keeps what a task starts.</summary>
    public async Task<T> KeepAsync<T>(Task<T> starting) where T : IAsyncDisposable
    {
        var resource = await starting;
        lock (access)
            resources.Push(resource);
        return resource;
    }

    /// <summary>Leaves what was started to somebody else.</summary>
    public void Forget()
    {
        lock (access)
            resources.Clear();
    }

    /// <summary>Stops everything, also when stopping one of them fails; the first failure is passed on at the end.</summary>
    public async ValueTask DisposeAsync()
    {
        List<Exception> failures = [];
        while (TakeLast() is { } resource)
        {
            try
            {
                await resource.DisposeAsync();
            }
            catch (Exception failure)
            {
                failures.Add(failure);
            }
        }

        if (failures.Count > 0)
            throw new AggregateException("Not everything could be stopped.", failures);
    }

    IAsyncDisposable? TakeLast()
    {
        lock (access)
            return resources.TryPop(out var resource) ? resource : null;
    }
}
