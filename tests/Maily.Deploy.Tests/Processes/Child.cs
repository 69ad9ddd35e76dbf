using System.Diagnostics;
using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Restoring;
using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Maily.Deploy.Tests.Backups;
using Maily.Deploy.Tests.Processes;
using Microsoft.Win32.SafeHandles;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestPipelineStartup(typeof(Child))]

namespace Maily.Deploy.Tests.Processes;

/// <summary>This program once more, as a process that a test can kill: it does one thing of ours, says so, and stays.</summary>
public sealed class Child : ITestPipelineStartup
{
    const string IsReady = "ready";

    const string Work = "MAILY_TEST_CHILD";

    /// <summary>In a process group of its own; returns when it is at its work.</summary>
    public static async Task<Process> StartAsync(string work, string argument, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("setsid", [Environment.ProcessPath!, "-noLogo"]) { UseShellExecute = false, RedirectStandardOutput = true };
        start.Environment[Work] = $"{work} {argument}";
        var child = Process.Start(start)!;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(TimeSpan.FromSeconds(60));
        while (await child.StandardOutput.ReadLineAsync(late.Token) is { } line)
            if (line == IsReady)
                return child;
        throw new InvalidOperationException($"{work} ended before it was ready.");
    }

    /// <summary>Before any test: what this process is for, where it is a child.</summary>
    public async ValueTask StartAsync(IMessageSink diagnosticMessageSink)
    {
        if (Environment.GetEnvironmentVariable(Work)?.Split(' ') is not [var work, .. var arguments])
            return;
        Environment.SetEnvironmentVariable(Work, null);
        await RunAsync(work, arguments);
    }

    public ValueTask StopAsync() => ValueTask.CompletedTask;

    static async Task RunAsync(string work, string[] arguments)
    {
        if (work == nameof(DeathWatch))
        {
            using var watch = DeathWatch.Start(CommandLine.Of("touch", string.Join(' ', arguments)));
            await StayAsync();
        }

        var (port, name, folder) = (int.Parse(arguments[0]), arguments[1], arguments[2]);
        var database = new DatabaseSettings { Host = "127.0.0.1", Port = port, Name = name, User = "postgres" };
        var options = new BackupOptions { Keys = BackupKeys.Parse(new(new string('a', 64))), ScratchFolder = folder };
        if (work == nameof(RestoreElsewhere))
        {
            await SayAsync();
            await new RestoreElsewhere(new(TimeProvider.System)) { Options = options }
                .RunAsync(new(FolderBackupStore.In(folder), "d"), new(database, HasContent: false, Environment: null), CancellationToken.None);
        }

        await new DatabaseBackup(database, new(TimeProvider.System), TimeProvider.System) { Options = options }
            .MakeAsync(new(new StuckStore(StayAsync), "d"), "test", CancellationToken.None);
    }

    static async Task StayAsync()
    {
        await SayAsync();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
    }

    static async Task SayAsync()
    {
        await using var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        await output.WriteAsync("ready\n"u8.ToArray(), CancellationToken.None);
    }
}
