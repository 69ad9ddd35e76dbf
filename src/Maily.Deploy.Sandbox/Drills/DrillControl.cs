using System.Text.Json;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Sandbox.Http;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>What a step shall suffer at the moment that it has reached.</summary>
public enum Sufferance
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It fails.</summary>
    Error,

    /// <summary>It waits in vain.</summary>
    TimeOut,

    /// <summary>It hears nothing of what was done.</summary>
    AnswerLost,
}

/// <summary>Hears from a drilled deployment how far each step has come, and says what becomes of it.</summary>
sealed class DrillControl : IAsyncDisposable
{
    readonly StandInHost host;
    Func<StepId, StepMoment, CancellationToken, Task<Sufferance>> decide = (_, _, _) => Task.FromResult(Sufferance.None);

    DrillControl(StandInHost host) => this.host = host;

    /// <summary>Its address, for <see cref="DrillObserver.Variable"/>.</summary>
    public Uri Url => host.Url;

    /// <summary>Starts it on a free port.</summary>
    public static async Task<DrillControl> StartAsync(CancellationToken cancellation)
    {
        DrillControl? control = null;
        var started = await StandInHost.StartAsync(new() { Handle = context => control!.HandleAsync(context), State = () => new { } }, cancellation);
        return control = new(started);
    }

    /// <summary>From now on this decides.</summary>
    public void Use(Func<StepId, StepMoment, CancellationToken, Task<Sufferance>> next) => Volatile.Write(ref decide, next);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => host.DisposeAsync();

    async Task HandleAsync(HttpContext context)
    {
        var progress = (await JsonSerializer.DeserializeAsync<DrillProgress>(context.Request.Body, DrillProgress.Form, context.RequestAborted))!;
        // Without the request's token: what was begun is finished, though the one who asked may be killed by it.
        context.Response.StatusCode = await Volatile.Read(ref decide)(StepId.Parse(progress.Step), progress.Moment, CancellationToken.None) switch
        {
            Sufferance.Error => StatusCodes.Status500InternalServerError,
            Sufferance.TimeOut => StatusCodes.Status504GatewayTimeout,
            Sufferance.AnswerLost => StatusCodes.Status502BadGateway,
            _ => StatusCodes.Status200OK,
        };
    }
}
