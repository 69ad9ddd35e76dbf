// Runs a sandbox in a process of its own, so that tests can interrupt and kill it: <folder> <file that says it is up>.
using System.Runtime.InteropServices;
using Maily.Deploy.Sandbox;
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
    await using var sandbox = await RunningSandbox.StartAsync(new() { Folder = args[0] }, NullLogger.Instance, stop.Token);
    await File.WriteAllTextAsync(args[1], sandbox.Folder, stop.Token);
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token);
    return 0;
}
catch (OperationCanceledException)
{
    return 130;
}
