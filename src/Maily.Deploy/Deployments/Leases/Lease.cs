using System.Text.Json.Serialization;

namespace Maily.Deploy.Deployments.Leases;

/// <summary>Who holds an environment.</summary>
/// <param name="Deployment">The deployment, or the action (<c>Rollback</c>, <c>Hold</c>) it is held for.</param>
/// <param name="User">The user's name.</param>
/// <param name="Host">The machine's name.</param>
/// <param name="ProcessId">The process on it.</param>
public sealed record LeaseHolder(string Deployment, string User, string Host, int ProcessId)
{
    /// <summary><c>user@host (process 12, deployment ...)</c>.</summary>
    public override string ToString() => $"{User}@{Host} (process {ProcessId}, {Deployment})";
}

/// <summary>The exclusive right to change one environment, until it expires.</summary>
/// <param name="Environment">The environment.</param>
/// <param name="Holder">Who has it.</param>
/// <param name="FencingNumber">Grows by at least one with each new holder; a far side refuses a lower one.</param>
/// <param name="AcquiredAt">Since when.</param>
/// <param name="ExpiresAt">Until when, if it is not renewed.</param>
public sealed record Lease(string Environment, LeaseHolder Holder, long FencingNumber, DateTimeOffset AcquiredAt, DateTimeOffset ExpiresAt)
{
    /// <summary>
    /// How long after its expiry nobody else may take it: requests that were sent before it may still arrive then. Zero once it
    /// is given back.
    /// </summary>
    public TimeSpan Grace { get; init; }

    /// <summary>From when on another may take it, if it is not renewed.</summary>
    [JsonIgnore]
    public DateTimeOffset FreeAt => ExpiresAt + Grace;

    /// <summary>The grace of a lease that lives so long without a heartbeat.</summary>
    internal static TimeSpan GraceOf(TimeSpan lifetime) => lifetime / 4;
}

/// <summary>Another deployment holds the environment.</summary>
public sealed class LeaseHeldException(Lease lease)
    : DeployException($"{lease.Environment} is being changed by {lease.Holder} since {lease.AcquiredAt:u}.",
        $"Wait until it ends, for instance with --wait 15m; unless its lease is renewed before {lease.ExpiresAt:u}, it is taken over at {lease.FreeAt:u}.")
{
    /// <summary>The lease that is in the way.</summary>
    public Lease Lease { get; } = lease;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>The lease was lost in the middle: expired, or taken over by another holder.</summary>
public sealed class LeaseLostException : DeployException
{
    /// <summary>The store says that it is lost, and who holds it now.</summary>
    public LeaseLostException(Lease lease, Lease? present)
        : this(lease, present is not null && present.FencingNumber != lease.FencingNumber ? $"{present.Holder} holds it since {present.AcquiredAt:u}." : "Nobody holds it now.")
    {
    }

    LeaseLostException(Lease lease, string evidence)
        : base($"The lease of {lease.Holder} on {lease.Environment} is lost.",
            "Nothing more is changed or undone from here: run `./build.sh Rollback` once the other deployment has ended.", evidence)
    {
    }

    /// <summary>It could not be renewed in time; who has taken it over is not known here.</summary>
    internal static LeaseLostException Unrenewed(Lease lease) => new(lease, $"It was not renewed before {lease.ExpiresAt:u}.");

    /// <summary>The store says that it is lost, and could not be asked any more who holds it now.</summary>
    internal static LeaseLostException Unnamed(Lease lease) => new(lease, "Who holds it now could not be read.");

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}
