using System.Text.Json.Nodes;
using CliWrap.Exceptions;

namespace Maily.Deploy.Sandbox.ArgoCd;

/// <summary>
/// Plays Argo CD's application controller in one cluster: takes up refreshes and operations, compares with the repository, applies,
/// prunes, and says of it in an Application's status what the real one says, in its order.
/// </summary>
public sealed class ArgoController : IAsyncDisposable
{
    readonly ArgoCdOptions options;
    readonly ArgoApi api;
    readonly CancellationTokenSource stop = new();
    Task running = Task.CompletedTask;

    ArgoController(ArgoCdOptions options) => (this.options, api) = (options, new(options.KubeconfigPath, options.Context));

    /// <summary>What goes wrong.</summary>
    public ArgoFaults Faults { get; } = new();

    /// <summary>Installs Argo CD's kinds and the Applications, and plays their controller from then on.</summary>
    public static async Task<ArgoController> StartAsync(ArgoCdOptions options, CancellationToken cancellation)
    {
        var controller = new ArgoController(options);
        try
        {
            await ArgoInstallation.RunAsync(controller.api, options, cancellation);
        }
        catch
        {
            await controller.DisposeAsync();
            throw;
        }

        controller.running = Task.Run(controller.RunAsync, CancellationToken.None);
        return controller;
    }

    /// <summary>Stops it; the cluster keeps what it has.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        api.Dispose();
        stop.Dispose();
    }

    async Task RunAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(options.Pace, options.Time, stop.Token);
            if (Faults.IsDead)
                continue;
            try
            {
                foreach (var application in (await api.FindAsync($"/apis/{ArgoInstallation.Group}/namespaces/{ArgoInstallation.Space}/applications", stop.Token))?["items"]?.AsArray() ?? [])
                    await StepAsync(application!.AsObject());
            }
            catch (Exception busy) when (busy is HttpRequestException or IOException or ArgoRefusedException or CliWrapException or OperationCanceledException && !stop.IsCancellationRequested)
            {
                // A busy API or repository answers the next round; the real controller takes its work up again, too.
            }
        }
    }

    Task StepAsync(JsonObject application)
    {
        var comparison = new ArgoComparison(api, new ArgoSource(Path.Combine(options.Folder, "repository"), options.Token), Faults, options.Time);
        if (application["operation"] is JsonObject operation)
            return new ArgoOperation(api, comparison, Faults, options.Time).RunAsync(application, operation, stop.Token);
        return application["metadata"]!["annotations"]?["argocd.argoproj.io/refresh"] is not null || application["status"]?["reconciledAt"] is null
            ? comparison.RunAsync(application, stop.Token) : comparison.LookAsync(application, stop.Token);
    }
}
