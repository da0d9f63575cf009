#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# Runs TAP tests in parallel; closes with "N passed, N failed[, N skipped]".
use strict;
use warnings;
use TAP::Harness;

my $jobs = 1;
if (@ARGV && $ARGV[0] eq '-j') { shift; $jobs = shift; }
@ARGV or die "run.pl: no tests\n";
$ENV{PATH} = "$ENV{BUILDDIR}:$ENV{PATH}";
$ENV{LC_ALL} = 'C.UTF-8';
$ENV{TZ} = 'UTC';
delete @ENV{qw(EDOC_CONF EDOC_DESK EDOC_ARCHIVE LANGUAGE)};
my $harness = TAP::Harness->new({jobs => $jobs, exec => [], verbosity => $ENV{V} ? 1 : 0,
	failures => 1, comments => $ENV{V} ? 1 : 0});
my $result = $harness->runtests(@ARGV);
my ($passed, $failed, $skipped) = (scalar $result->passed, scalar $result->failed, scalar $result->skipped);
# A file that died or planned otherwise is a failure even when each line was ok.
my @bad = grep { my $p = ($result->parsers($_))[0]; $p && $p->has_problems } $result->descriptions;
$failed = @bad if !$failed && @bad;
for my $name ($result->descriptions) {
	my ($p) = $result->parsers($name);
	my $why = $p->skip_all;
	print "skipped whole: $name: $why\n" if defined $why && length $why;
	$skipped++ if defined $why && length $why;
}
$passed -= scalar $result->skipped;
print "$passed passed, $failed failed", ($skipped ? ", $skipped skipped" : ''), "\n";
exit($failed || !$result->all_passed || !$passed ? 1 : 0);
