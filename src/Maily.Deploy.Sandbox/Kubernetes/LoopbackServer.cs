using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>An HTTPS server on a free port of 127.0.0.1.</summary>
internal static class LoopbackServer
{
    public static WebApplication Build(RequestDelegate handle, LoopbackCertificates certificates)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificates.Server())));
        var app = builder.Build();
        app.Run(handle);
        return app;
    }
}
