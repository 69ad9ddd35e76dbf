namespace Nuke.Common;

/// <summary>What becomes of the dependencies of a skipped target.</summary>
public enum DependencyBehavior
{
    /// <summary>What only the skipped target needs is skipped too.</summary>
    Skip,

    /// <summary>Dependencies run although the target is skipped.</summary>
    Execute,
}
