namespace Maily.Deploy.Http;

/// <summary>How long and how often a far side is asked.</summary>
public sealed record FarSideOptions
{
    /// <summary>Tries in all, for requests that may be repeated.</summary>
    public int Tries { get; init; } = 4;

    /// <summary>Pause before the second try; it doubles each time, with jitter.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait that a far side may ask for with Retry-After.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time-out of one try; a change is broken off before where its lease ends sooner.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
