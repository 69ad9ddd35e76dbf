using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Maily.Deploy.Sandbox.Http;

/// <summary>A stand-in's HTTP server on loopback: faults first, then the control paths, then the service.</summary>
sealed class StandInHost : IAsyncDisposable
{
    readonly WebApplication application;

    StandInHost(WebApplication application, HttpFaults faults, RequestLog requests)
    {
        this.application = application;
        Faults = faults;
        Requests = requests;
        Url = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <summary><c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri Url { get; }

    public HttpFaults Faults { get; }

    public RequestLog Requests { get; }

    public static async Task<StandInHost> StartAsync(StandInService service, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, service.Port);
            kestrel.Limits.MaxRequestBodySize = service.MaxRequestBytes;
            kestrel.AddServerHeader = false;
        });
        var faults = new HttpFaults();
        var requests = new RequestLog(service.Secrets);
        var server = builder.Build();
        server.Run(new StandInPipeline(service, faults, requests).HandleAsync);
        try
        {
            await server.StartAsync(cancellationToken);
            return new StandInHost(server, faults, requests);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops at once: a client that keeps its connection open must not hold a rehearsal up.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await application.StopAsync(now.Token);
        await application.DisposeAsync();
    }
}
