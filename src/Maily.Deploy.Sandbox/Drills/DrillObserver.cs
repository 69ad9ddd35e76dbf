using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>
/// The part of a drill that sits in the deployment which is drilled: tells the drill how far each step has come, and lets the
/// step fail where the drill says so. Only a drill sets its variable.
/// </summary>
public sealed class DrillObserver : IStepObserver
{
    /// <summary>Names the drill's address on loopback.</summary>
    public const string Variable = "MAILY_DRILL_URL";

    readonly Uri drill;

    DrillObserver(Uri drill) => this.drill = drill;

    /// <summary>The observer where this process is drilled; else null.</summary>
    public static DrillObserver? Find() =>
        Uri.TryCreate(Environment.GetEnvironmentVariable(Variable), UriKind.Absolute, out var drill) && drill.IsLoopback ? new(drill) : null;

    /// <inheritdoc/>
    public async Task ReachedAsync(StepId step, StepMoment moment, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = drill };
        using var answer = await http.PostAsJsonAsync("reached", new DrillProgress(step.ToString(), moment), DrillProgress.Form, cancellation);
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK:
                return;
            case HttpStatusCode.GatewayTimeout:
                throw new TimeoutException($"No answer came (drill: {step} {moment}).");
            case HttpStatusCode.BadGateway:
                throw new IOException($"The answer was lost (drill: {step} {moment}).");
            default:
                throw new DrilledException(step, moment);
        }
    }
}

/// <summary>What the observer tells.</summary>
sealed record DrillProgress(string Step, StepMoment Moment)
{
    /// <summary>Its form on the wire.</summary>
    public static JsonSerializerOptions Form { get; } = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };
}

/// <summary>A step fails because a drill says so.</summary>
public sealed class DrilledException(StepId step, StepMoment moment)
    : DeployException($"{step} fails on purpose at {moment}.", "This is a drill: nothing needs mending.");
