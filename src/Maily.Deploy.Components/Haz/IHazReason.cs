using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Why a person does something to an environment; it is noted with the person's name.</summary>
public interface IHazReason : INukeBuild
{
    /// <summary>Why.</summary>
    [Parameter("Why the environment is held, released or unlocked")]
    string? Reason => TryGetValue(() => Reason);
}
