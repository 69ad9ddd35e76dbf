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
public sealed record Lease(string Environment, LeaseHolder Holder, long FencingNumber, DateTimeOffset AcquiredAt, DateTimeOffset ExpiresAt);

/// <summary>Another deployment holds the environment.</summary>
public sealed class LeaseHeldException(Lease lease)
    : DeployException($"{lease.Environment} is being changed by {lease.Holder} since {lease.AcquiredAt:u}.",
        $"Wait until it ends (its lease expires at {lease.ExpiresAt:u} unless it is renewed), then try again.")
{
    /// <summary>The lease that is in the way.</summary>
    public Lease Lease { get; } = lease;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>The lease was lost in the middle: expired, or taken over by another holder.</summary>
public sealed class LeaseLostException(Lease lease, Lease? present)
    : DeployException($"The lease of {lease.Holder} on {lease.Environment} is lost.",
        "Nothing more is changed or undone from here: run `./build.sh Rollback` once the other deployment has ended.",
        present is null ? "Nobody holds it now." : $"{present.Holder} holds it since {present.AcquiredAt:u}.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}
