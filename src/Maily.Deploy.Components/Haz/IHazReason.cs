using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Why a person does something to an environment; it is noted with the person's name.</summary>
public interface IHazReason : INukeBuild
{
    /// <summary>Why.</summary>
    [Parameter("Why the environment is held, released or unlocked, or what is refused otherwise is accepted")]
    string? Reason => TryGetValue(() => Reason);
}
