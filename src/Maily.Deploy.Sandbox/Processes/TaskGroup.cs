namespace Maily.Deploy.Sandbox.Processes;

/// <summary>Tasks that belong together: the first that fails cancels the others, and its error is the group's.</summary>
public sealed class TaskGroup(CancellationTokenSource together)
{
    readonly List<Task> tasks = [];
    Exception? first;

    /// <summary>Starts a task with the group's token.</summary>
    public Task<T> Run<T>(Func<CancellationToken, Task<T>> action)
    {
        var task = GuardAsync(action);
        tasks.Add(task);
        return task;
    }

    /// <summary>Waits for all, whether they succeed or fail; then throws the first error.</summary>
    public async Task WaitAsync()
    {
        try
        {
            await Task.WhenAll(tasks);
        }
        catch when (first is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
    }

    async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> action)
    {
        try
        {
            return await action(together.Token);
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref first, failure, comparand: null);
            await together.CancelAsync();
            throw;
        }
    }
}
