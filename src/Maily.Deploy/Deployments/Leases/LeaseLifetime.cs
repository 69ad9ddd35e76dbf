using Maily.Deploy.Secrets;

namespace Maily.Deploy.Deployments.Leases;

/// <summary>How long a lease lives without a heartbeat; shorter frees an environment sooner after a killed run, longer bears a slower network.</summary>
public static class LeaseLifetime
{
    /// <summary>The variable that sets it.</summary>
    public const string Variable = "MAILY_LEASE_LIFETIME";

    static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);
    static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>What the variable says, or <see cref="LeaseKeeper.StandardLifetime"/>.</summary>
    /// <exception cref="MalformedVariableException">It is no duration, under two seconds, or over an hour.</exception>
    public static TimeSpan From(Variables variables) => variables.Find(Variable)?.Trim() is not { } text
        ? LeaseKeeper.StandardLifetime
        : Duration.TryParse(text) is { } lifetime && lifetime >= Shortest && lifetime <= Longest
            ? lifetime
            : throw new MalformedVariableException(Variable, "a duration from 2s to 1h, for instance 60s");
}
