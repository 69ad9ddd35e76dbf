using Maily.Deploy.Postgres.Replicas;
using NpgsqlTypes;

namespace Maily.Deploy.Tests.Postgres.Replicas;

public sealed class PrimaryLogTests
{
    [Theory]
    [InlineData("0/3000028", "0/3000000")]
    [InlineData("0/3002018", "0/3002000")]
    [InlineData("0/3002058", "0/3002058")]
    public void The_header_of_a_page_on_which_nothing_stands_yet_is_not_waited_for(string next, string end) =>
        PrimaryLog.EndOfRecord(NpgsqlLogSequenceNumber.Parse(next)).ToString().ShouldBe(end);
}
