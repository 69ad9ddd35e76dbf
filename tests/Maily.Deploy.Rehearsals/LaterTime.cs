namespace Maily.Deploy.Rehearsals;

/// <summary>The clock of somebody who comes so much later.</summary>
sealed class LaterTime(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
}
