using Maily.Deploy.Sandbox.Drills;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>One run of the pipeline in a process of its own, as a user starts it.</summary>
sealed class Deployer : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    readonly DrilledProcess process;
    readonly string root;
    readonly HashSet<string> before;

    Deployer(string program, string root, IReadOnlyDictionary<string, string?> variables, string[] arguments)
    {
        this.root = root;
        before = [.. Folders(root)];
        process = DrilledProcess.Start(program, root, variables, arguments);
    }

    /// <summary>What it has written so far, to both streams.</summary>
    public string Output => process.Output;

    /// <summary>Starts it in a workspace with these variables added to the ones of this process; null removes one.</summary>
    public static async Task<Deployer> StartAsync(Workspace workspace, IReadOnlyDictionary<string, string?> variables, params string[] arguments) =>
        new(await CompiledBuild.GetAsync(), workspace.Root, variables, arguments);

    /// <summary>Waits for its end.</summary>
    public async Task<DeployerRun> EndAsync(CancellationToken cancellation)
    {
        var run = await process.EndAsync(cancellation);
        return new(run.ExitCode, run.Output, Folders(root).Except(before).SingleOrDefault());
    }

    /// <summary>Waits until something is so, while it runs.</summary>
    public async Task UntilAsync(Func<bool> isSo, CancellationToken cancellation)
    {
        while (!isSo())
        {
            process.HasExited.ShouldBeFalse(Output);
            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }
    }

    /// <summary>Sends it a signal: INT as Ctrl+C does.</summary>
    public Task SignalAsync(string signal, CancellationToken cancellation) => process.SignalAsync(signal, cancellation);

    public ValueTask DisposeAsync()
    {
        process.Dispose();
        return ValueTask.CompletedTask;
    }

    static string[] Folders(string root) =>
        Path.Combine(root, "artifacts", "deployments") is var folder && Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
}
