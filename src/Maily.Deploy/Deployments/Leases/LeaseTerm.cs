namespace Maily.Deploy.Deployments.Leases;

/// <summary>
/// A lease as its store granted it, and the moment at which it was asked for, by both of the machine's clocks. The wall clock may be
/// set back; the steady one stands still while the machine sleeps. The worse of the two counts, so that neither lets a
/// holder believe in its lease for longer than the store does.
/// </summary>
sealed record LeaseTerm(Lease Lease, TimeSpan Lifetime, DateTimeOffset AskedAt, long AskedStamp)
{
    /// <summary>What is left of it; zero or less once it has ended.</summary>
    public TimeSpan Left(TimeProvider time) =>
        (SteadyLeft(time), Lease.ExpiresAt - time.GetUtcNow()) is var (steady, wall) && steady < wall ? steady : wall;

    /// <summary>What is left of it by the steady clock alone.</summary>
    public TimeSpan SteadyLeft(TimeProvider time) => Lifetime - time.GetElapsedTime(AskedStamp);

    /// <summary>How far the wall clock was set ahead, or back where it is negative, since the lease was asked for; a sleeping machine's is ahead.</summary>
    public TimeSpan Jump(TimeProvider time) => time.GetUtcNow() - AskedAt - time.GetElapsedTime(AskedStamp);
}
