using CsCheck;
using Maily.Deploy.Migrations;

namespace Maily.Deploy.Tests.Migrations;

public sealed class SqlSplitterTests
{
    [Fact]
    public void Semicolons_end_statements_and_the_last_one_needs_none() =>
        Sql.Texts("select 1;\r\n select 2 ;; select 3").ShouldBe(["select 1", "select 2", "select 3"]);

    [Fact]
    public void A_comment_ends_with_its_line_also_where_that_ends_with_a_carriage_return_alone() =>
        Sql.Texts("select 1; -- not; here\rselect 2;\r\n-- nor; here\r\nselect 3").ShouldBe(["select 1", "-- not; here\rselect 2", "-- nor; here\r\nselect 3"]);

    [Theory]
    [InlineData("select ';', 'it''s; so'")]
    [InlineData("select E'it\\'s; so'")]
    [InlineData("create table \"a;\"\"b\" (id int)")]
    [InlineData("select $$a;b$$, $tag$ $$;' $tag$")]
    [InlineData("select 1 /* a; /* b; */ c; */")]
    [InlineData("select 1 -- not here; nor 'there\n")]
    [InlineData("create rule r as on update to t do (notify t; select (1))")]
    [InlineData("select a$b$c, $1")]
    [InlineData("select 1 /* a /*/ b */ ; */ */")]
    public void A_semicolon_inside_something_ends_nothing(string statement) =>
        Sql.Texts($"{statement}; select 2").ShouldBe([statement.Trim(), "select 2"]);

    [Theory]
    [InlineData("select 1;")]
    [InlineData("select case when true then 1 end;")]
    [InlineData("select 1 as pending; select 'end'; /* end */")]
    [InlineData("select (case when true then 1 end); select endpoint from t;")]
    public void An_atomic_body_is_one_statement(string body)
    {
        var function = $"create function f() returns int language sql begin atomic {body} end";
        Sql.Texts($"{function};\nselect 2;").ShouldBe([function, "select 2"]);
    }

    [Fact]
    public void A_name_with_atomic_in_it_begins_no_body() =>
        Sql.Texts("select begin_atomic(); select atomic; end").ShouldBe(["select begin_atomic()", "select atomic", "end"]);

    [Fact]
    public void A_comment_at_the_end_is_kept_as_the_cli_keeps_it() =>
        Sql.Texts("select 1;\n-- done\n").ShouldBe(["select 1", "-- done"]);

    [Fact]
    public void What_is_not_closed_ends_with_the_text() =>
        Sql.Texts("select 1; select 'open; text").ShouldBe(["select 1", "select 'open; text"]);

    [Fact]
    public void Joined_statements_are_the_text_whatever_it_is() =>
        Gen.OneOf("'", "\"", "$$", "$t$", "--", "/*", "*/", ";", "(", ")", "\n", "\r\n", " ", "E'", "\\", "begin", " atomic ", "end", "$1", "e", "\u00e9", "\U0001F600", "x", "\0")
            .List[0, 60].Select(string.Concat)
            .Sample(text => string.Concat(SqlSplitter.Split(text).Select(statement => statement.Raw)) == text, iter: 20_000);

    [Fact]
    public void Any_characters_at_all_are_split_without_failing() =>
        Gen.String.Sample(text =>
        {
            var statements = SqlSplitter.Split(text);
            return string.Concat(statements.Select(statement => statement.Raw)) == text
                && statements.All(statement => text.AsSpan(statement.TextStart).StartsWith(statement.Text));
        }, iter: 20_000);
}
