using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox.Tools;
using Nuke.Common.IO;
using Serilog;
using Serilog.Extensions.Logging;

/// <summary>Installs what rehearsals and tests need: Debian packages, pinned command-line tools from npm, a real control plane.</summary>
sealed class SettingUp(AbsolutePath root)
{
    readonly ProcessRunner runner = new(System.TimeProvider.System);

    /// <summary>Installs what is missing; what is there already costs nothing.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var factory = new SerilogLoggerFactory(Log.Logger);
        await new ToolInstaller(new ToolLocator(), runner, factory.CreateLogger("Setup"))
            .EnsureAsync([Tool.Postgres, Tool.PgDump, Tool.Psql, Tool.PgBouncer, Tool.Strace, Tool.Dockerd, Tool.DockerRegistry, Tool.Busybox, Tool.Kubectl], cancellation);
        await PinnedTools.Of(root, runner).EnsureAsync(line => Log.Information("{Line:l}", line), cancellation);
        await RunAsync(CommandLine.Of("bash", Tools / "control-plane.sh"), cancellation);
    }

    AbsolutePath Tools => root / "build" / "tools";

    Task RunAsync(CommandLine command, CancellationToken cancellation) =>
        runner.RunAsync(command, line => Log.Information("{Line:l}", line), cancellation);
}
