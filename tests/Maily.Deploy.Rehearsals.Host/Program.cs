// Runs a sandbox, or a cluster with a real node, in a process of its own, so that tests can interrupt and kill it:
// <folder> <file that says it is up> [<assets of the cluster>]. Or appends to journals: append <folder> <how many records>.
using System.Globalization;
using System.Runtime.InteropServices;
using Maily.Deploy.Rehearsals.Host;
using Maily.Deploy.Sandbox;
using Maily.Deploy.Sandbox.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    if (args is ["append", var folder, var count])
    {
        await Appending.RunAsync(folder, int.Parse(count, CultureInfo.InvariantCulture), stop.Token);
        return 0;
    }

    await using IAsyncDisposable running = args is [_, _, var assets]
        ? await RealCluster.StartAsync(assets, args[0], TimeProvider.System, stop.Token)
        : await RunningSandbox.StartAsync(new() { Folder = args[0] }, NullLogger.Instance, stop.Token);
    await File.WriteAllTextAsync(args[1], running is RunningSandbox sandbox ? sandbox.Folder : ((RealCluster)running).Folder, stop.Token);
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token);
    return 0;
}
catch (OperationCanceledException)
{
    return 130;
}
