using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>An HTTPS server on a free port of 127.0.0.1.</summary>
internal static class LoopbackServer
{
    public static WebApplication Build(RequestDelegate handle, LoopbackCertificates certificates)
    {
        // Any other builder reads the settings of whoever runs it, and watches every folder below the current one for changes of them.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificates.Server())));
        var app = builder.Build();
        app.Run(handle);
        return app;
    }
}
