using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Http;

namespace Maily.Deploy.Vercel;

/// <summary>The frontend that is deployed: which folder, to which project, and how patiently.</summary>
public sealed record VercelFrontend
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);

    /// <summary>The project and the right to use it.</summary>
    public required VercelSettings Settings { get; init; }

    /// <summary>The folder whose files are uploaded, full path.</summary>
    public required string Folder { get; init; }

    /// <summary>The HTTP client; see <see cref="HttpClients.Create"/>.</summary>
    public required HttpClient Http { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Time-outs and repetitions of single requests.</summary>
    public FarSideOptions Requests { get; init; } = new();

    /// <summary>How long a build may take.</summary>
    public TimeSpan BuildTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a promotion may take.</summary>
    public TimeSpan PromotionTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest pause between two looks at a build or a promotion.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The pause before the next look: as long as one has waited already, so that what is quick is seen at once.</summary>
    internal TimeSpan PauseAfter(TimeSpan waited) => TimeSpan.FromTicks(Math.Clamp(waited.Ticks, Math.Min(FirstPause.Ticks, PollInterval.Ticks), PollInterval.Ticks));

    /// <summary>A client that reads.</summary>
    public VercelReader Reader() => new(Settings, Http, Time, Requests);

    /// <summary>A client that changes, as long as the step's permit lasts.</summary>
    public VercelWriter Writer(StepContext step) => new(step.Permit, Settings, Http, Time, Requests);
}
